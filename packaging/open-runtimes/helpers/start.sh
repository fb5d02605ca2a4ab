#!/bin/bash
# start.sh [COMMAND]: the start of a function, as the executor asks for it: unpacks what build.sh has
# packed, runs COMMAND (bash helpers/server.sh) and notes how long that took to serve.
set -euo pipefail
server=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
code=${OPEN_RUNTIMES_CODE_DIR:-/mnt/code}
timings=${TURNGATE_TIMINGS_FILE:-/mnt/telemetry/timings.txt}
function=$server/src/function
mkdir -p "$server/src" "$(dirname "$timings")"
rm -rf "$function"
if [ -e "$code/.extracted" ]; then
  ln -s "$code" "$function"
elif [ -e "$code/code.sqfs" ]; then
  unsquashfs -quiet -d "$function" "$code/code.sqfs"
else
  mkdir "$function"
  # gzip, zstd or neither: tar finds out.
  tar -C "$function" -xf "$code/code.tar.gz"
fi
set -a
# What is packed names it.
# shellcheck disable=SC1091
. "$function/.open-runtimes"
set +a
cd "$server"
begun=$(date +%s%N)
bash -c "${1:-bash helpers/server.sh}" 2> >(exec cat >&2) | {
  while IFS= read -r line; do
    printf '%s\n' "$line"
    if [ -n "$begun" ] && [[ $line == *"HTTP server successfully started"* ]]; then
      awk -v ns=$(($(date +%s%N) - begun)) 'BEGIN { printf "startup=%.3f\n", ns / 1e9 }' >>"$timings"
      begun=''
    fi
  done
}
