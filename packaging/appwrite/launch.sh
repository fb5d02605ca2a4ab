#!/bin/bash
# launch.sh: what the run images do with a compiled runtime, for those that do not.
set -euo pipefail
code=${TURNGATE_CODE_DIR:-/usr/code}
archive=${TURNGATE_ARCHIVE:-/tmp/code.tar.gz}
mkdir -p "$code"
tar -C "$code" -xzf "$archive"
cd "$code"
exec ./runtime
