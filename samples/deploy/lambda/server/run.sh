#!/bin/sh
# A server that knows nothing of Lambda.
exec python3 -m http.server "$PORT" --bind 127.0.0.1
