# shellcheck shell=bash
# How long a hold and the writers' wait are, beside the cloud alone, the old way and a hold by hand; and every point restores.
bench=$ROOT/tests/bench/hold_bench/hold_bench record=$WORK/measured.jsonl
# At 0.05 s between two rounds of Ceph's monitors, where all points are restored, and at Ceph's own 1 s.
rounds=${STILLPOINT_BENCH_ROUNDS:-$([ -n "$FULL" ] && echo 50,50 || echo 2,1)}
if "$PYTHON" "$bench" --binary "$BINARY" --intervals 0.05,1 --rounds "$rounds" --record "$record" >"$WORK/measured" 2>"$WORK/measured.log"; then
  ok "every point was made, every restored one starts, is clean and has all rows ($rounds rounds)"
else
  not_ok "points that were not made, restored ones that are not whole, or a cluster that was disturbed"
  note "$(tail -20 "$WORK/measured.log")"
fi
note "$(<"$WORK/measured")"
if [ -n "$FULL" ]; then
  mkdir -p "$E2E/results"
  file=$E2E/results/$(date -u +%Y-%m-%d).md
  {
    printf '# Measured by `tests/e2e/run --full` on %s\n\n' "$(date -u +%Y-%m-%d)"
    cat "$WORK/measured"
  } >"$file"
  ok "results are in ${file#"$ROOT"/}"
fi
