#!/bin/bash
# server.sh: the function, until it is stopped. OPEN_RUNTIMES_SERVER_COMMAND says how where it is no
# program of ours.
set -euo pipefail
if [ -n "${OPEN_RUNTIMES_SERVER_COMMAND:-}" ]; then
  exec bash -c "exec $OPEN_RUNTIMES_SERVER_COMMAND"
elif [[ ${OPEN_RUNTIMES_ENTRYPOINT:-} == *.uri ]]; then
  cd src/function
  exec "${TURNGATE:-turngate}" run "$(cat "$OPEN_RUNTIMES_ENTRYPOINT")"
fi
exec src/function/cpp_runtime
