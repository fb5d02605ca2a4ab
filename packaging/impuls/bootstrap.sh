#!/bin/sh
# What a virtual machine of Impuls starts: as /sbin/impuls-init (or /sbin/init) and process 1, or from
# the scripts of another system. FUNCTION is the program; the rest is what Impuls may set.
set -e

if [ $$ -eq 1 ]; then
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  [ -e /dev/null ] || mount -t devtmpfs dev /dev
fi
# Where the kernel has no address from its "ip=".
if [ -n "$GUEST_IP" ]; then
  ip addr add "$GUEST_IP/30" dev eth0
  ip link set eth0 up
  ip route add default via "$GATEWAY_IP"
fi

export RUNTIME_PORT="${RUNTIME_PORT:-8080}" FUNCTION_DIR="${FUNCTION_DIR:-/var/task}"
cd "$FUNCTION_DIR"
exec "${FUNCTION:-/var/runtime/function}" "$@"
