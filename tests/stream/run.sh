#!/usr/bin/env bash
# `sigrun stream` as a sidecar: connections, reloads under load, kill -9, places that do not take alerts.
#
#   tests/stream/run.sh SIGRUN
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 3
. tests/hosts/helpers.sh

sigrun=$(realpath "$1")
cp -r "$hosts_rules" "$work/rules"
# run OPTIONS...   in the background; standard error goes to $work/err
run() {
  "$sigrun" stream -r "$work/rules" "$@" >"$work/out" 2>"$work/err" </dev/null &
  id=$!
  started+=("$id")
}
events() {
  awk -v count="$1" -v each="$2" -v host="$3" 'BEGIN { for (i = 1; i <= count; ++i)
    printf "{\"host\":\"%s\",\"program\":\"app\",\"message\":\"%d %s\"}\n", host, i, i % each == 0 ? "marker-evil" : "harmless" }'
}

echo "-- concurrent connections, and reloads under load"
port=$(free_port)
run --listen "tcp:127.0.0.1:$port" --listen "unix:$work/in.sock" --state "$work/state" -o "$work/alerts" --connections 3
until_true 20 listens "$port"
senders=()
for host in a b c d e; do
  events 40000 400 "$host" | send "$port" &
  senders+=($!)
done
for _ in $(seq 10); do
  kill -HUP "$id"
  sleep 0.3
done
wait "${senders[@]}"
until_true 60 has_lines "$work/alerts" 500
expect "200,000 lines over 5 connections, 500 of them with a marker: 500 alerts" 500 "$(distinct_ids "$work/alerts")"
expect_line "the rules were reloaded meanwhile" 'reloaded: 2 rules' "$work/err"
expect_line "connections beyond the limit wait, and that is said" '3 connections are open' "$work/err"
# Another one's alert is an event like any other: one more line, over the Unix socket.
"$sigrun" stream -r "$work/rules" --to "unix:$work/in.sock" <<<'{"host":"u","program":"app","message":"marker-evil u"}' 2>"$work/other"
expect_line "another stream delivers to a Unix socket" '1 delivered' "$work/other"
end "$id" TERM
expect_line "every line is accounted for" 'in 200,001 = processed 200,001 \+ degraded 0 \+ rejected 0 \+ dropped 0' "$work/err"
expect "the socket file is gone" no "$([ -e "$work/in.sock" ] && echo yes || echo no)"

echo "-- kill -9"
rm -rf "$work/state" "$work/alerts"
run --listen "tcp:127.0.0.1:$port" --state "$work/state" --to "unix:$work/sink.sock"
events 5000 50 k | send "$port"
until_true 20 has '"kind":"detection"' "$work/state/alerts/00000000000000000001.alerts"
sleep 1
kill -9 "$id"
wait "$id" 2>/dev/null
run --listen "tcp:127.0.0.1:$port" --state "$work/state" -o "$work/alerts"
until_true 20 has_lines "$work/alerts" 100
expect "alerts that nobody took come out after kill -9" 100 "$(distinct_ids "$work/alerts")"
end "$id" TERM

echo "-- a place that does not take alerts"
rm -rf "$work/state"
run --listen "tcp:127.0.0.1:$port" --state "$work/state" -o /dev/full --drain 0
events 100 10 f | send "$port"
until_true 20 has 'No space left' "$work/err"
expect_line "a full disk is said" '/dev/full: No space left on device; alerts wait' "$work/err"
end "$id" TERM
expect_line "what was not delivered stays in the spool" '10 left in the spool' "$work/err"
"$sigrun" stream -r "$work/rules" --state "$work/state" </dev/null >"$work/out" 2>/dev/null
expect "and comes out when there is room" 10 "$(distinct_ids "$work/out")"

echo "-- rules that cannot be loaded"
mkdir "$work/empty"
"$sigrun" stream -r "$work/empty" </dev/null >"$work/out" 2>"$work/err"
expect "an empty folder ends it with status 2" 2 $?
printf 'rules: [%s]\n' "$work/later" >"$work/later.yaml"
"$sigrun" stream --config "$work/later.yaml" --listen "tcp:127.0.0.1:$port" >"$work/out" 2>"$work/err" &
id=$!
started+=("$id")
events 10 1 l | send "$port"
until_true 20 has 'dropped: no rules are loaded' "$work/err"
expect_line "with a configuration it starts, says so, and lets lines pass" 'not ready: .*later' "$work/err"
cp -r "$hosts_rules" "$work/later"
kill -HUP "$id"
until_true 20 has 'reloaded: 2 rules' "$work/err"
events 10 1 m | send "$port"
until_true 20 has_lines "$work/out" 10
expect "a reload cures it" 10 "$(distinct_ids "$work/out")"
end "$id" TERM
expect_line "what passed is counted" 'in 20 = processed 10 \+ degraded 0 \+ rejected 0 \+ dropped 10' "$work/err"
