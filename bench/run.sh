#!/bin/bash
# Measures everything in one run, the peers in turn with us, and prints one table (see measure.py).
# The build and the peers are installed by ./dev bench.
set -euo pipefail
cd "$(dirname "$0")/.."
# --ignore-scripts: a benchmark needs no package's install script.
npm --prefix bench/peers ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null
exec python3 bench/measure.py build/bench "$@"
