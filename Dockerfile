# The Debian package is built in one stage, or taken from the folder package/ (`--build-arg PACKAGE=prebuilt`), and installed in
# the last, which runs it as a user without rights on a root file system that may be read-only. Policies, credentials and keys
# are mounted:
#   docker build -t stillpoint .
#   docker run --read-only --cap-drop ALL -v ./policies:/etc/stillpoint/policies:ro \
#     -v ./clouds.yaml:/etc/stillpoint/clouds.yaml:ro -v ./ssh:/var/lib/stillpoint/.ssh:ro -p 127.0.0.1:9464:9464 stillpoint
ARG PACKAGE=build

FROM docker.io/library/debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      g++ cmake ninja-build ccache mold pkg-config dpkg-dev file libcpprest-dev libyaml-cpp-dev nlohmann-json3-dev libssh-dev \
      prometheus-cpp-dev libspdlog-dev libfmt-dev libcli11-dev libhowardhinnant-date-dev libexpected-dev libssl-dev \
      zlib1g-dev libsystemd-dev libboost-system-dev libboost-date-time-dev libboost-regex-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache/ccache cmake --preset release -DSTILLPOINT_TESTS=OFF \
    && cmake --build --preset release \
    && cd build/release && cpack -G DEB -B /deb

FROM scratch AS prebuilt
COPY package /deb

FROM ${PACKAGE} AS package

FROM docker.io/library/debian:bookworm-slim
RUN groupadd --system --gid 10001 stillpoint \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/stillpoint --shell /usr/sbin/nologin stillpoint
RUN --mount=type=bind,from=package,source=/deb,target=/deb apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates /deb/stillpoint_*.deb \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log
USER 10001:10001
WORKDIR /var/lib/stillpoint
ENV HOME=/var/lib/stillpoint
EXPOSE 9464
# Open to the container's network on purpose: what is published of it is for whoever runs the container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/9464 && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ code _ <&3 && test \"$code\" = 200"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/stillpoint"]
CMD ["run", "-f", "/etc/stillpoint/policies", "--listen", "0.0.0.0:9464"]
