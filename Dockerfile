# Two stages: build with Debian's packages, run with the libraries alone.
FROM docker.io/library/debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      g++ cmake ninja-build pkg-config libcpprest-dev libyaml-cpp-dev nlohmann-json3-dev libssh-dev prometheus-cpp-dev \
      libspdlog-dev libfmt-dev libcli11-dev libhowardhinnant-date-dev libexpected-dev libssl-dev zlib1g-dev \
      libboost-system-dev libboost-date-time-dev libboost-regex-dev \
    && rm -rf /var/lib/apt/lists/*
COPY CMakeLists.txt CMakePresets.json /src/
COPY cmake /src/cmake
COPY reconciler /src/reconciler
RUN cmake -S /src -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTILLPOINT_TESTS=OFF && cmake --build /build

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
      ca-certificates tzdata libcpprest2.10 libdate-tz3 libyaml-cpp0.7 libssh-4 libprometheus-cpp-core1.0 libspdlog1.10 libfmt9 \
    && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 --home-dir /etc/stillpoint stillpoint
COPY --from=build /build/stillpoint /usr/bin/stillpoint
USER 10001
ENTRYPOINT ["/usr/bin/stillpoint"]
CMD ["--help"]
