#!/bin/bash
# build.sh [COMMAND]: the build of a function, as the executor asks for it: copies the code, runs
# COMMAND in it, compiles, and packs what is to run. A function whose entrypoint ends in .uri is no
# program to compile: the file names a handler, such as a PHP tree, for `turngate run`.
set -euo pipefail
shopt -s dotglob
server=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
input=${OPEN_RUNTIMES_BUILD_INPUT_DIR:-/mnt/code}
output=${OPEN_RUNTIMES_BUILD_OUTPUT_DIR:-/mnt/code}
entrypoint=${OPEN_RUNTIMES_ENTRYPOINT:-index.cc}
if [ -z "$(ls -A "$input" 2>/dev/null)" ]; then
  echo "error: there is no source code in $input" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/code" "$work/packed"
cp -R "$input"/* "$work/code"
# Of an earlier build into the same folder.
rm -rf "$work/code/code.tar.gz" "$work/code/code.sqfs" "$work/code/.extracted"
(cd "$work/code" && bash -c "${1:-:}")

if [[ $entrypoint == *.uri ]]; then
  [ -f "$work/code/$entrypoint" ] || { echo "error: there is no $entrypoint in the code" >&2; exit 1; }
  cp -R "$work/code"/* "$work/packed"
else
  "$server/compile.sh" "$work/code" "$entrypoint" "$work/packed/cpp_runtime"
  if [ -n "${OPEN_RUNTIMES_OUTPUT_DIRECTORY:-}" ]; then
    cp -R "$work/code/$OPEN_RUNTIMES_OUTPUT_DIRECTORY"/* "$work/packed"
  fi
fi

compression=${OPEN_RUNTIMES_BUILD_COMPRESSION:-gzip}
[ "$compression" = auto ] && compression=gzip
{
  printf 'OPEN_RUNTIMES_ENTRYPOINT=%q\n' "$entrypoint"
  echo "OPEN_RUNTIMES_CLEANUP=${OPEN_RUNTIMES_CLEANUP:-none}"
  echo "OPEN_RUNTIMES_COMPRESSION=$compression"
} >"$work/packed/.open-runtimes"
mkdir -p "$output"
case $compression in
  skip)
    cp -R "$work/packed"/* "$output"
    touch "$output/.extracted"
    ;;
  none) tar -C "$work/packed" -cf "$output/code.tar.gz" . ;;
  gzip) tar -C "$work/packed" -czf "$output/code.tar.gz" . ;;
  zstd) tar -C "$work/packed" -cf - . | zstd -qf -o "$output/code.tar.gz" ;;
  squashfs) mksquashfs "$work/packed" "$output/code.sqfs" -noappend -no-xattrs -no-progress -quiet ;;
  *)
    echo "error: OPEN_RUNTIMES_BUILD_COMPRESSION=$compression is wrong: expected none, skip, squashfs, zstd, gzip or auto" >&2
    exit 1
    ;;
esac
echo "Build finished."
