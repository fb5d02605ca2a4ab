#!/bin/bash
# compile.sh SOURCE ENTRYPOINT PROGRAM: makes PROGRAM of the C++ function SOURCE/ENTRYPOINT.
# TURNGATE_PREFIX is where turngate is installed, if it is not where CMake looks by itself.
set -euo pipefail
source=$(realpath "$1") entrypoint=$2 program=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ ! -f "$source/$entrypoint" ]; then
  echo "error: there is no $entrypoint in $source: set the entrypoint to the file that has the function" >&2
  exit 1
fi
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cmake -S "$here/function" -B "$build" -DCMAKE_BUILD_TYPE=Release -DFUNCTION_SOURCE="$source" \
  -DFUNCTION_ENTRYPOINT="$entrypoint" -DCMAKE_PREFIX_PATH="${TURNGATE_PREFIX:-}"
cmake --build "$build" --parallel "$(nproc)"
mkdir -p "$(dirname "$program")"
cp "$build/cpp_runtime" "$program"
