#!/usr/bin/env bash
# rsyslog, the real one, hands messages to `sigrun stream` as docs/guides/rsyslog.md says: that page's configurations are what runs, with their
# paths moved into a temporary folder.
#
#   tests/rsyslog/run.sh SIGRUN [FOLDER]     FOLDER: where rsyslog was unpacked; without it: the installed one
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 3
. tests/hosts/helpers.sh

# Under a name without blanks, which omprog would take for the ends of words.
ln -s "$(realpath "$1")" "$work/sigrun"
sigrun=$work/sigrun root=${2:-}
guide=docs/guides/rsyslog.md
daemon=${root:+$root}/usr/sbin/rsyslogd
if [ ! -x "$daemon" ]; then
  echo "SKIPPED: rsyslog: none here"
  exit 0
fi
multiarch=$(cc -print-multiarch 2>/dev/null)
modules=$root/usr/lib/$multiarch/rsyslog
[ -d "$modules" ] || modules=$root/usr/lib/rsyslog

rules=$work/etc/rules alerts=$work/log/alerts.ndjson log=$work/log/sigrun.log
mkdir -p "$work/etc" "$work/log" "$work/lib"
cp -r "$hosts_rules" "$rules"
moved() { sed "s|/usr/bin/sigrun|$sigrun|; s|/etc/sigrun|$work/etc|; s|/var/lib/sigrun|$work/lib|; s|/var/log/sigrun|$work/log|"; }
block $guide sigrun.yaml | moved >"$work/etc/sigrun.yaml"

# configure PLACE   rsyslog with that configuration, and an input from a free port
configure() {
  port=$(free_port)
  {
    echo "global(workDirectory=\"$work/lib\")"
    echo 'module(load="imptcp")'
    echo "input(type=\"imptcp\" address=\"127.0.0.1\" port=\"$port\")"
    block $guide 50-sigrun.conf | moved >"$work/first"
    if [ "$1" = transactions.conf ]; then
      sed '/^action/,$d' "$work/first"
      block $guide "$1" | moved
    else
      cat "$work/first"
    fi
  } >"$work/rsyslog.conf"
}
start() {
  LD_LIBRARY_PATH=${root:+$root/usr/lib/$multiarch} "$daemon" -n -f "$work/rsyslog.conf" -i "$work/pid" -M "$modules" \
    >"$work/rsyslog.out" 2>&1 &
  daemon_id=$!
  started+=("$daemon_id")
}
# messages COUNT EACH FROM   as a sender of syslog writes them; each EACHth has the marker
messages() {
  awk -v count="$1" -v each="$2" -v from="${3:-1}" 'BEGIN { for (i = from; i < from + count; ++i)
    printf "<13>Nov 23 12:00:00 relay app[%d]: message %d \"quoted\" %s\n", i, i, i % each == 0 ? "marker-evil" : "harmless" }'
}
ready() { has 'rules? loaded' "$log"; }
child() { pgrep -P "$daemon_id" | head -n 1; }

echo "-- the guide's configuration"
configure 50-sigrun.conf
start
messages 1000 100 | send "$port"
until_true 40 has_lines "$alerts" 10
expect "1,000 messages, 10 of them with a marker: 10 alerts" 10 "$(distinct_ids "$alerts")"
expect_line "an alert says which rule and shows the event" '"title":"A Marker Was Logged".*"program":"app".*marker-evil' "$alerts"

echo "-- rules are read again"
sed -i 's/marker-evil/marker-second/' "$rules/marker.yml"
kill -HUP "$daemon_id"
until_true 20 has 'reloaded: .*1 changed' "$log"
expect_line "HUP reloads the rules and says what changed" 'reloaded: .*1 changed' "$log"
echo '<13>Nov 23 12:00:01 relay app: marker-second' | send "$port"
until_true 20 has_lines "$alerts" 11
expect "the changed rule matches" 11 "$(distinct_ids "$alerts")"
printf 'title: [' >"$rules/marker.yml"
kill -HUP "$daemon_id"
until_true 20 has 'goes on as it was' "$log"
expect_line "a broken file is named, and the rule goes on as it was" 'marker.yml.*goes on as it was' "$log"
cp "$hosts_rules/marker.yml" "$rules/marker.yml"

echo "-- the end, and correlations over it"
printf '<13>Nov 23 12:00:0%d relay app: marker-burst\n' 2 3 | send "$port"
sleep 1
end "$daemon_id" TERM
expect_line "the summary balances" 'events: in 1,00[0-9]+ = processed 1,00[0-9]+ \+ degraded 0 \+ rejected 0 \+ dropped 0' "$log"
expect "the state was written" yes "$([ -s "$work/lib/rsyslog/live.state" ] && echo yes)"
start
echo '<13>Nov 23 12:00:04 relay app: marker-burst' | send "$port"
until_true 40 has '"kind":"correlation"' "$alerts"
expect "the third burst comes after the restart, and the correlation knows of the first two" 1 "$(distinct_ids "$alerts" correlation)"

echo "-- sigrun is killed"
before=$(distinct_ids "$alerts")
messages 20000 100 2001 | send "$port"
until_true 40 has_lines "$alerts" $((before + 20))
kill -9 "$(child)"
until_true 120 has_lines "$alerts" $((before + 200))
sleep 1
expect "200 alerts of 20,000 messages, through kill -9 of sigrun" $((before + 200)) "$(distinct_ids "$alerts")"
end "$daemon_id" TERM

echo "-- with transactions"
configure transactions.conf
start
before=$(distinct_ids "$alerts")
messages 20000 100 50001 | send "$port"
until_true 60 has_lines "$alerts" $((before + 200))
sleep 1
expect "200 alerts of 20,000 messages in transactions" $((before + 200)) "$(distinct_ids "$alerts")"
end "$daemon_id" TERM
expect "rsyslog had nothing to complain of" "" "$(grep -iE 'error|omprog: .*(timeout|invalid|fail)' "$work/rsyslog.out" | head -n 3)"
