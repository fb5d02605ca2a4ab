#!/bin/bash
# build.sh: the build of a function for Appwrite before 1.4, in its build container: makes the
# executable that the run image looks for of the file that APPWRITE_ENTRYPOINT_NAME names.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
code=${TURNGATE_CODE_DIR:-/usr/code}
# Of Appwrite 0.10 to 0.12, 0.13, and from 0.14 on.
entrypoint=${APPWRITE_ENTRYPOINT_NAME:-${ENTRYPOINT_NAME:-${INTERNAL_RUNTIME_ENTRYPOINT:-}}}
if [ -z "$entrypoint" ]; then
  echo "error: APPWRITE_ENTRYPOINT_NAME is not set: expected the file that has the function" >&2
  exit 1
fi
"${TURNGATE_RUNTIME_DIR:-$here}/compile.sh" "$code" "$entrypoint" "$code/runtime"
