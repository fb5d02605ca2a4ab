#!/bin/bash
# run.sh [replay|http|fastcgi|cgi|lambda|vercel|platforms [PART...]]: measures, the peers in turn with us, and
# prints a table for events (measure.py), what a replay shows (measure_replay.py), live HTTP (measure_http.py), FastCGI
# (measure_fastcgi.py), CGI (measure_cgi.py), Lambda (measure_lambda.py), Vercel's helpers (measure_vercel.py) and other
# platforms (measure_platforms.py), or one of the latter alone.
# The build and the peers are installed by ./dev bench.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  replay | http | fastcgi | cgi | lambda | vercel | platforms) exec python3 "bench/measure_$1.py" build/bench "${@:2}" ;;
esac
# --ignore-scripts: a benchmark needs no package's install script.
npm --prefix bench/peers ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null
python3 bench/measure.py build/bench "$@"
echo
python3 bench/measure_replay.py build/bench
echo
python3 bench/measure_http.py build/bench
echo
python3 bench/measure_fastcgi.py build/bench
echo
python3 bench/measure_cgi.py build/bench
echo
python3 bench/measure_lambda.py build/bench
echo
python3 bench/measure_vercel.py build/bench
echo
exec python3 bench/measure_platforms.py build/bench
