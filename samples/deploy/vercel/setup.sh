#!/bin/sh
# Makes this directory a project that `vercel build` builds without an account: with the builder of
# this checkout, its turngate where TURNGATE_DIR names none, and the settings that `vercel pull`
# would fetch. A static build is taken as it is; else the first `vercel build` makes one.
set -eu
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)
npm ci --prefix "$root/packaging/vercel" --no-audit --no-fund
mkdir -p .vercel/builders/node_modules/@turngate node_modules/@turngate
ln -sfn "$root/packaging/vercel" .vercel/builders/node_modules/@turngate/vercel
if [ -e "$root/build/static/gateway/libturngate_gateway.a" ]; then
  cmake --install "$root/build/static" --prefix "$PWD/node_modules/@turngate/source" >/dev/null
else
  ln -sfn "$root" node_modules/@turngate/source
fi
echo '{"private": true, "dependencies": {"@turngate/vercel": "*"}}' >.vercel/builders/package.json
# Without ids nobody is asked for them: neither `vercel build` nor `vercel dev --local`.
echo '{"settings": {}}' >.vercel/project.json
