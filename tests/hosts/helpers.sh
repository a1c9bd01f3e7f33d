# Sourced by the tests that run sigrun beside or inside real collectors. Each of them ends with the line `N passed, N failed, 0 errors`, and
# what cannot be run is said with a line `SKIPPED: reason`.
#
# Everything happens in the folder $work, with ports that the system gives out; only processes that were started here are ended.

passed=0 failed=0 started=()
work=$(mktemp -d)
hosts_rules=$(dirname "${BASH_SOURCE[0]}")/rules

pass() { passed=$((passed + 1)); echo "ok: $1"; }
fail() {
  failed=$((failed + 1))
  echo "FAILED: $1"
  [ $# -lt 2 ] || printf '%s\n' "$2" | tail -n 15 | cut -c 1-300
}
# expect NAME WANTED GOT
expect() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "wanted: $2"$'\n'"got:    $3"; fi; }
# expect_line NAME PATTERN FILE
expect_line() { if grep -qE -- "$2" "$3"; then pass "$1"; else fail "$1" "no line $2 in:"$'\n'"$(cat "$3")"; fi; }

finish() {
  local id
  trap - EXIT
  for id in "${started[@]}"; do kill -9 "$id" 2>/dev/null || true; done
  if [ "$failed" != 0 ] && [ -n "${SIGRUN_KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
  echo "$passed passed, $failed failed, 0 errors"
  [ "$failed" = 0 ]
  exit $?
}
trap finish EXIT

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  while ! "$@" 2>/dev/null; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}
lines() { if [ -e "$1" ]; then wc -l <"$1"; else echo 0; fi; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }
has() { grep -qE -- "$1" "$2"; }
is_gone() { ! kill -0 "$1"; }
# distinct_ids FILE [KIND]   alerts with different ids
distinct_ids() { grep "\"kind\":\"${2:-detection}\"" "$1" 2>/dev/null | grep -oE '^\{"schema":1,"id":"[0-9a-f]{32}"' | sort -u | wc -l; }

# end ID SIGNAL [SECONDS]   waits until a process of ours is gone
end() {
  kill "-$2" "$1" 2>/dev/null
  until_true "${3:-20}" is_gone "$1" || { fail "process $1 ends after $2"; kill -9 "$1"; }
  wait "$1" 2>/dev/null
}

# free_port   a TCP port that nobody has now
free_port() {
  local port
  for port in $(shuf -i 20000-30000 -n 50); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
}
# send PORT   standard input to a TCP port, however long the other side takes to listen
send() {
  local port=$1
  until_true 20 listens "$port" || return 1
  cat >"/dev/tcp/127.0.0.1/$port"
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# block FILE NAME   the block of a guide below the line <!-- test: NAME -->
block() { awk -v name="<!-- test: $2 -->" '$0 == name {found = 1; next} found == 1 && /^```/ {found = 2; next} found == 2 && /^```/ {exit} found == 2' "$1"; }
