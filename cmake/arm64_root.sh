#!/bin/bash
# arm64_root.sh DIRECTORY: what a static build for arm64 needs from Debian and the cross compiler has not, unpacked into
# DIRECTORY, which becomes TURNGATE_ARM64_ROOT. This machine's own packages and its list of architectures stay as they
# are. Nothing is done where it is there already.
set -euo pipefail
root=$(realpath -m "$1")
packages=(libboost-context1.74-dev libboost1.74-dev libfcgi-dev libnghttp2-dev libprotozero-dev rapidjson-dev zlib1g-dev)
[ -e "$root/.complete" ] && exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$root" "$work"/lists/partial "$work"/cache/archives/partial
chmod 755 "$work"
options=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::Lists="$work/lists"
  -o Dir::State::Status=/dev/null -o Dir::Cache="$work/cache" -o APT::Sandbox::User=)
apt-get "${options[@]}" update -qq
cd "$work"
apt-get "${options[@]}" download -qq "${packages[@]}"
for file in ./*.deb; do dpkg -x "$file" "$root"; done
touch "$root/.complete"
