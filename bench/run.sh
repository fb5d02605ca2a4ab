#!/bin/bash
# run.sh [http]: measures, the peers in turn with us, and prints one table for events (measure.py)
# and one for live HTTP (measure_http.py); `http` prints that one alone.
# The build and the peers are installed by ./dev bench.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = http ]; then exec python3 bench/measure_http.py build/bench; fi
# --ignore-scripts: a benchmark needs no package's install script.
npm --prefix bench/peers ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null
python3 bench/measure.py build/bench "$@"
echo
exec python3 bench/measure_http.py build/bench
