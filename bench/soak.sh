#!/bin/bash
# soak.sh [SECONDS]: replays generated events again and again and fails if the memory grows.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 bench/make_events.py 20000 "$work/events.ndjson"
# One process for the whole time: a pipe that repeats the file never ends before we close it.
(
  end=$((SECONDS + seconds))
  while [ "$SECONDS" -lt "$end" ]; do cat "$work/events.ndjson"; done
) | build/release/bin/turngate replay - -t plugin:build/release/samples/counter.so \
  --expect-status 200 -j2 >"$work/out" 2>"$work/err" &
replay=$!
sleep $((seconds / 4 + 1)) # warm
early=$(awk '/VmRSS/ {print $2}' "/proc/$replay/status")
sleep $((seconds / 2))
late=$(awk '/VmRSS/ {print $2}' "/proc/$replay/status")
wait "$replay"
tail -n 1 "$work/out"
echo "resident memory: $early kB after a quarter of the time, $late kB after three quarters"
[ "$late" -le $((early + 2048)) ] || { echo "the memory grows" >&2; exit 1; }
