#!/bin/bash
# run.sh DIR [SECONDS|auto]: runs every fuzz target in DIR from its seeds, two at a time.
# SECONDS (300): that long each, and notes in fuzzed.txt what was fuzzed. auto: 15 s for a target
# whose covered files differ from that note, 5 s for the others, and always the same inputs in the
# same order, so that a failing run can be repeated.
set -euo pipefail
dir=$1
seconds=${2:-300}
root=$(cd "$(dirname "$0")/../.." && pwd)
note=$root/tests/fuzz/fuzzed.txt
findings=$(mktemp -d)

# The files a target covers are named in its source: // covers: path path ...
fingerprint() {
  local source=$root/tests/fuzz/$1.cpp
  { echo "${source#"$root"/}"; sed -n 's|^// covers: ||p' "$source" | tr ' ' '\n'; } |
    while read -r file; do cat "$root/$file"; done | sha256sum | cut -c1-16
}

fuzz() {
  local target=$1 time=$2 log=$findings/$1.log work
  work=$(mktemp -d)
  if "$dir/$target" -max_total_time="$time" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "${seed[@]}" \
    -artifact_prefix="$findings/$target-" "$work" "$root/tests/fuzz/corpus/${target%_fuzz}" >"$log" 2>&1; then
    printf '%-26s %4s s  %10s runs\n' "$target" "$time" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    printf '%-26s FAILED\n' "$target"
    tail -40 "$log"
    touch "$findings/failed"
  fi
  rm -rf "$work"
}

seed=()
[ "$seconds" = auto ] && seed=(-seed=1)
targets=$(cd "$root/tests/fuzz" && printf '%s\n' *_fuzz.cpp | sed 's/\.cpp$//')
for target in $targets; do
  time=$seconds
  if [ "$seconds" = auto ]; then
    time=15
    grep -qsx "$target $(fingerprint "$target")" "$note" && time=5
  fi
  fuzz "$target" "$time" &
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
done
wait
if [ -e "$findings/failed" ]; then
  echo "crashing inputs are in $findings"
  exit 1
fi
if [ "$seconds" != auto ]; then
  for target in $targets; do echo "$target $(fingerprint "$target")"; done >"$note"
fi
rm -rf "$findings"
