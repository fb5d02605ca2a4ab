#!/bin/bash
# start.sh [COMMAND]: the start of a function, as the executor asks for it: unpacks what build.sh has
# packed, runs COMMAND (bash helpers/server.sh), notes how long that took to serve, and ends as it
# does. COMMAND is sent SIGTERM when this is.
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

# Passes on what the function prints, and notes when it serves.
watch() {
  while IFS= read -r line; do
    printf '%s\n' "$line"
    if [ -n "$begun" ] && [[ $line == *"HTTP server successfully started"* ]]; then
      awk -v ns=$(($(date +%s%N) - begun)) 'BEGIN { printf "startup=%.3f\n", ns / 1e9 }' >>"$timings"
      begun=''
    fi
  done
}

# What stops a container comes to its first process, which waits until the function has stopped.
is_told=''
forward() {
  is_told=yes
  kill -TERM "$program" 2>/dev/null || true
}
trap 'is_told=yes' TERM INT
exec 3> >(watch)
watching=$!
exec 4> >(exec cat >&2 3>&-)
copying=$!
bash -c "${1:-bash helpers/server.sh}" >&3 2>&4 3>&- 4>&- &
program=$!
exec 3>&- 4>&-
trap forward TERM INT
[ -z "$is_told" ] || forward
status=0
wait "$program" || status=$?
while [ -n "$is_told" ]; do # a signal ends the waiting, too
  is_told=''
  status=0
  wait "$program" || status=$?
done
wait "$watching" "$copying" || true # for its last lines
exit "$status"
