#!/usr/bin/env bash
# Vector and `sigrun stream` as docs/guides/vector.md says, where there is a Vector.
#
#   tests/vector/run.sh SIGRUN
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 3
. tests/hosts/helpers.sh

sigrun=$(realpath "$1") vector=${SIGRUN_VECTOR:-$(command -v vector)}
guide=docs/guides/vector.md
in=$(free_port) out=$(free_port)
moved() {
  sed "s|/etc/sigrun|$work/etc|g; s|/var/lib/sigrun|$work/lib|g; s|/var/lib/vector|$work/vector|; s|/var/log/|$work/log/|g; s|:5170|:$in|g; s|:5171|:$out|g"
}
mkdir -p "$work/etc" "$work/log/app" "$work/log/sigrun" "$work/vector"
cp -r "$hosts_rules" "$work/etc/rules"
block $guide sigrun.yaml | moved >"$work/etc/sigrun.yaml"
block $guide vector.yaml | moved >"$work/vector.yaml"
read -ra command <<<"$(block $guide sigrun-stream.service | sed -n 's|^ExecStart=/usr/bin/sigrun ||p' | moved)"
"$sigrun" "${command[@]}" 2>"$work/err" &
stream=$!
started+=("$stream")
until_true 20 listens "$in" && pass "the guide's command runs"
if [ -z "$vector" ]; then
  echo "SKIPPED: vector: none here"
else
  "$vector" --quiet --config "$work/vector.yaml" >"$work/vector.log" 2>&1 &
  started+=("$!")
  for i in 1 2 3; do echo "{\"host\":\"h\",\"program\":\"app\",\"message\":\"$i marker-evil\"}"; done >"$work/log/app/a.ndjson"
  until_true 60 has_lines "$work/log/sigrun/alerts.ndjson" 3
  expect "three alerts come back to Vector" 3 "$(lines "$work/log/sigrun/alerts.ndjson")"
fi
end "$stream" TERM
