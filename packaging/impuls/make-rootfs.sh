#!/bin/bash
# make-rootfs.sh FUNCTION IMAGE.ext4 [SIZE]: a root file system for Impuls that starts FUNCTION, a program that is
# linked with turngate, best statically. Needs mke2fs and busybox (Debian: e2fsprogs, busybox-static), and no root.
set -euo pipefail
if (($# < 2)); then
  sed -n '2,3s/^# //p' "$0" >&2
  exit 2
fi
function=$1 image=$2 size=${3:-64M}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
busybox=$(command -v busybox) || { echo "make-rootfs.sh: there is no busybox: install busybox-static" >&2; exit 1; }
PATH=$PATH:/usr/sbin:/sbin

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,dev,etc,proc,root,run,sbin,sys,tmp,var/runtime,var/task}
chmod 1777 "$tree/tmp"
install -m 755 "$busybox" "$tree/bin/busybox"
for tool in sh mount ip; do ln -s busybox "$tree/bin/$tool"; done
install -m 755 "$function" "$tree/var/runtime/function"
install -m 755 "$here/bootstrap.sh" "$tree/var/runtime/bootstrap.sh"
ln -s ../var/runtime/bootstrap.sh "$tree/sbin/impuls-init"
ln -s ../var/runtime/bootstrap.sh "$tree/sbin/init"
# The libraries of programs that have any, where their loader looks for them.
for program in "$function" "$busybox"; do
  { ldd "$program" 2>/dev/null || true; } | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p' | while read -r library; do
    install -D "$library" "$tree$library"
  done
done

rm -f "$image"
mke2fs -q -t ext4 -E root_owner=0:0 -d "$tree" "$image" "$size"
echo "$image: $(du -h "$image" | cut -f1) of $size"
