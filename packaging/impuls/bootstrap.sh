#!/bin/sh
# What a virtual machine of Impuls starts: as /sbin/impuls-init (or /sbin/init) and process 1, or from
# the scripts of another system. FUNCTION is the program; the rest is what Impuls may set.
set -e

if [ $$ -eq 1 ]; then
  # Whoever was here before may have mounted them: process 1 must not end over that.
  [ -e /proc/self ] || mount -t proc proc /proc
  [ -e /sys/kernel ] || mount -t sysfs sys /sys
  [ -e /dev/null ] || mount -t devtmpfs dev /dev
fi
# The kernel may have the address from its "ip=" already.
if [ -n "$GUEST_IP" ]; then
  ip addr replace "$GUEST_IP/30" dev eth0
  ip link set eth0 up
  ip route replace default via "$GATEWAY_IP"
fi

export RUNTIME_PORT="${RUNTIME_PORT:-8080}" FUNCTION_DIR="${FUNCTION_DIR:-/var/task}"
cd "$FUNCTION_DIR"
exec "${FUNCTION:-/var/runtime/function}" "$@"
