# shellcheck shell=bash
# From nothing to a first point by the commands of docs/getting-started.md: the Debian package in a bare Debian, and the image.
for way in deb container; do
  # shellcheck disable=SC2016  # evaluated there
  check "from nothing to a first point: $way" eval '"$ROOT/tests/packages/first-point" "$way" >"$WORK/first-point" 2>&1'
  note "$(grep -E 'from nothing|FAILED|FINDING|^\[.*\$ ' "$WORK/first-point")"
done
