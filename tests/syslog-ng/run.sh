#!/usr/bin/env bash
# The module in syslog-ng, the real one, with the configurations of docs/guides/syslog-ng.md, whose paths and ports are moved.
#
#   tests/syslog-ng/run.sh BUILD [FOLDER]     FOLDER: where syslog-ng was unpacked; without it: the installed one
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 3
. tests/hosts/helpers.sh

build=$(realpath "$1") root=${2:+$(realpath "${2:-/}")}
guide=docs/guides/syslog-ng.md
daemon=$root/usr/sbin/syslog-ng
if [ ! -x "$daemon" ] || [ ! -e "$build/plugins/syslog-ng/libsigrun-module.so" ]; then
  echo "SKIPPED: syslog-ng: not here, or the module was not built"
  exit 0
fi
multiarch=$(cc -print-multiarch 2>/dev/null)
[ -z "$root" ] || libraries=$root/usr/lib/$multiarch:$root/lib/$multiarch:$root/usr/lib/syslog-ng
# host COMMAND...   with the libraries that were unpacked
host() { env ${libraries:+LD_LIBRARY_PATH="$libraries"} "$@"; }
version=$(host "$daemon" --version 2>/dev/null | sed -nE 's/^syslog-ng [0-9]+ \(([0-9]+\.[0-9]+)\..*/\1/p')
modules=$root/usr/lib/syslog-ng/$version

rules=$work/etc/rules all=$work/log/all.log hits=$work/log/hits.ndjson alerts=$work/log/alerts.ndjson log=$work/syslog-ng.log
mkdir -p "$work/etc" "$work/log" "$work/lib"
cp -r "$hosts_rules" "$rules"
ports=()
for i in 0 1 2; do ports[i]=$(free_port); done
moved() {
  sed "s|/etc/sigrun|$work/etc|g; s|/var/lib/sigrun|$work/lib|g; s|/var/log/sigrun|$work/log|g; s|0\.0\.0\.0|127.0.0.1|g
       s|port(5514)|port(${ports[0]})|; s|port(5515)|port(${ports[1]})|; s|port(5516)|port(${ports[2]})|"
}
block $guide sigrun.yaml | moved >"$work/etc/sigrun.yaml"
sigrun_yaml=$work/etc/sigrun.yaml

# configure [BLOCK...]   the guide's blocks, and what comes on standard input
configure() {
  local name
  {
    echo "@version: $version"
    for name in "$@"; do block $guide "$name" | moved; done
    cat
  } >"$work/syslog-ng.conf"
}
# syslog_ng OPTIONS...   in the foreground, with a module path of our own
syslog_ng() {
  host "$daemon" -F -e --no-caps -f "$work/syslog-ng.conf" -R "$work/persist" -p "$work/pid" -c "$work/control" \
    --module-path="$modules:${module_folder:-$build/plugins/syslog-ng}" "$@"
}
start() {
  rm -f "$work/pid"
  syslog_ng >"$log" 2>&1 &
  started+=("$!")
  until_true 30 has 'syslog-ng starting up' "$log" || fail "syslog-ng starts" "$(cat "$log")"
  until_true 10 test -s "$work/pid"
  id=$(cat "$work/pid")
  started+=("$id")
}
# Waits for syslog-ng, and then for the rules, which are read on a thread of the module.
reload() {
  local before rules_before
  before=$(grep -c 'Configuration reload' "$log")
  rules_before=$(grep -cE 'sigrun: (reloaded|reload refused)' "$log")
  kill -HUP "$id"
  until_true 30 eval "[ \$(grep -c 'Configuration reload' '$log') -gt $before ]"
  until_true 5 eval "[ \$(grep -cE 'sigrun: (reloaded|reload refused)' '$log') -gt $rules_before ]"
}
# refuses NAME PATTERN   the configuration is refused, with such a line
refuses() {
  syslog_ng --syntax-only >"$work/out" 2>&1
  local status=$?
  expect "$1: syslog-ng does not take it" no "$([ $status = 0 ] && echo yes || echo no)"
  expect_line "$1: it says where and why" "$2" "$work/out"
}
lines_of() {  # COUNT EACH HOST   syslog lines
  awk -v count="$1" -v each="$2" -v host="$3" 'BEGIN { for (i = 1; i <= count; ++i)
    printf "<13>Nov 23 12:00:00 %s app[%d]: message %d %s\n", host, i, i, i % each == 0 ? "marker-evil" : "harmless" }'
}
objects_of() {  # COUNT EACH HOST
  awk -v count="$1" -v each="$2" -v host="$3" 'BEGIN { for (i = 1; i <= count; ++i)
    printf "{\"host\":\"%s\",\"program\":\"app\",\"message\":\"%d %s\"}\n", host, i, i % each == 0 ? "marker-evil" : "harmless" }'
}
burst() { echo "{\"host\":\"$1\",\"program\":\"app\",\"message\":\"marker-burst $2\"}" | send "${ports[1]}"; }

echo "-- syslog-ng $version: a file, annotated"
configure <<CONF
source s_in { file("$work/in" flags(no-parse) follow-freq(0.1)); };
parser p_sigrun { sigrun(config("$sigrun_yaml") template("\${MSG}") prefix("x.") tag("found")); };
destination d_out { file("$work/out" template("\${x.level}|\${x.title}|\${x.rules}|\${x.matches}|\${x.outcome}|\${x.json}|\${TAGS}\n")); };
log { source(s_in); parser(p_sigrun); destination(d_out); };
CONF
{ objects_of 3 3 f; echo 'no JSON'; } >"$work/in"
start
until_true 20 has_lines "$work/out" 4
expect_line "a message that matches has level, title, rules, tag" \
  '^high\|A Marker Was Logged\|7b1c8a52-0b57-4d0e-9a1b-54d9f7a3c101\|1\|\|\{"level":"high","rules":\[\{"id":"7b1c8a52-0b57-4d0e-9a1b-54d9f7a3c101","title":"A Marker Was Logged"\}\],"alerts":\["[0-9a-f]{32}"\]\}\|.*found' "$work/out"
expect "others have nothing" 2 "$(grep '^||||||' "$work/out" | grep -vc found)"
expect_line "what is no JSON is noted as rejected" '^\|\|\|\|rejected\|' "$work/out"
end "$id" TERM

echo "-- the guide: connections side by side"
configure sigrun.conf pairs.conf </dev/null
start
senders=()
for i in 1 2 3; do
  lines_of 20000 100 "raw$i" | send "${ports[0]}" &
  senders+=($!)
  objects_of 20000 100 "json$i" | send "${ports[1]}" &
  senders+=($!)
done
wait "${senders[@]}"
until_true 60 has_lines "$all" 120000
until_true 20 has_lines "$hits" 1200
expect "120,000 messages over 6 connections" 120000 "$(lines "$all")"
expect "1,200 of them matched" 1200 "$(lines "$hits")"
expect_line "a raw line has the rule" '"title":"A Marker Was Logged".*marker-evil' "$hits"
echo '{"EventID":1,"program":"app","message":"marker-evil","Image":"C:\\\\x.exe"}' | send "${ports[2]}"
until_true 20 has_lines "$work/log/windows.log" 1
expect_line "pairs of another parser match" '^high A Marker Was Logged C:' "$work/log/windows.log"

echo "-- reloads under load"
senders=()
for i in 1 2; do
  objects_of 100000 1000 "r$i" | send "${ports[1]}" &
  senders+=($!)
done
burst keep 1
burst keep 2
for _ in $(seq 10); do reload; done
wait "${senders[@]}"
until_true 60 has_lines "$all" 320003
until_true 20 has_lines "$hits" 1400
expect "no message is lost in 10 reloads" 320002 "$(lines "$all")"
expect "no match is lost, either" 1400 "$(lines "$hits")"
expect "rules were reloaded 10 times" 10 "$(grep -c 'sigrun: reloaded' "$log")"
burst keep 3
until_true 20 has_lines "$alerts" 1
expect "a correlation knows what came before the reloads" 1 "$(distinct_ids "$alerts" correlation)"
sed -i 's/marker-evil/marker-second/' "$rules/marker.yml"
reload
expect_line "a changed rule is told" 'sigrun: reloaded.* 1 changed' "$log"
echo '<13>Nov 23 12:00:00 h app: marker-second' | send "${ports[0]}"
until_true 20 has_lines "$hits" 1401
expect "and matches" 1401 "$(lines "$hits")"

echo "-- bad rules at a reload"
printf 'title: [' >"$rules/marker.yml"
reload
expect_line "a broken rule file goes on as it was" 'sigrun: reloaded.* 1 kept as they were' "$log"
mv "$rules" "$rules.away"
reload
expect_line "a rule folder that is gone: the rules go on" 'sigrun: reload refused, the rules go on as before' "$log"
echo '<13>Nov 23 12:00:00 h app: marker-second again' | send "${ports[0]}"
until_true 20 has_lines "$hits" 1402
expect "they still match" 1402 "$(lines "$hits")"
mv "$rules.away" "$rules"
cp "$hosts_rules/marker.yml" "$rules/marker.yml"
cp "$sigrun_yaml" "$work/good.yaml"
echo 'rules: [' >"$sigrun_yaml"
reload
expect_line "bad YAML: the rules go on" 'reload refused, the rules go on as before.*sigrun.yaml:' "$log"
cp "$work/good.yaml" "$sigrun_yaml"
cp "$work/syslog-ng.conf" "$work/good.conf"
sed -i 's/input(raw)/input(rawr)/' "$work/syslog-ng.conf"
reload
cp "$work/good.conf" "$work/syslog-ng.conf"
echo '<13>Nov 23 12:00:00 h app: marker-second, third' | send "${ports[0]}"
until_true 20 has_lines "$hits" 1403
expect "a broken configuration of syslog-ng: the one before goes on" 1403 "$(lines "$hits")"
end "$id" TERM
expect "the state was written" yes "$([ -s "$work/lib/syslog-ng/live.state" ] && echo yes)"

expect "rules are read when syslog-ng has its new configuration, not before" after \
  "$(grep -E 'Configuration reload finished|sigrun: reloaded' "$log" | awk 'NR == 1 { print /reload finished/ ? "after" : "before" }')"

echo "-- statistics of syslog-ng's own"
start
for i in 1 2 3; do echo '<13>Nov 23 12:00:00 h app: marker-evil' | send "${ports[0]}"; done
control() { host "$root/usr/sbin/syslog-ng-ctl" "$@" -c "$work/control"; }
# In the words of 3.38, which later versions know, too.
counts() { control stats | grep -qE "^global;sigrun_$1;$sigrun_yaml;a;value;$2$"; }
until_true 5 counts events_total_processed 3
expect "events by their outcome" yes "$(counts events_total_processed 3 && echo yes)"
expect "alerts of detections" yes "$(counts detection_alerts_total 3 && echo yes)"
expect "rules, and that they are loaded" yes "$(counts rules_detection 2 && counts ready 1 && echo yes)"
if control stats prometheus >"$work/prometheus" 2>/dev/null && grep -q '^syslogng_' "$work/prometheus"; then
  expect_line "in Prometheus' form" "^syslogng_sigrun_events_total\{config=\"$sigrun_yaml\",outcome=\"processed\"\} 3$" "$work/prometheus"
fi
end "$id" TERM

echo "-- rules of one parser"
configure <<CONF
source s_in { network(ip("127.0.0.1") port(${ports[0]}) transport("tcp")); };
parser p_high { sigrun(config("$sigrun_yaml") input(raw) min-level("high") prefix("high.") state-folder("$work/lib/high")); };
parser p_critical { sigrun(config("$sigrun_yaml") input(raw) min-level("critical") prefix("critical.") state-folder("")); };
parser p_select { sigrun(config("$sigrun_yaml") input(raw) select("7b1c8a52-0b57-4d0e-9a1b-54d9f7a3c101, attack.none") prefix("select.") state-folder("")); };
parser p_exclude { sigrun(config("$sigrun_yaml") input(raw) exclude("**/marker.yml") prefix("exclude.") state-folder("")); };
parser p_status { sigrun(config("$sigrun_yaml") input(raw) min-status("stable") prefix("status.") state-folder("")); };
destination d_out { file("$work/chosen" template("\${high.matches}|\${critical.matches}|\${select.matches}|\${exclude.matches}|\${status.matches}\n")); };
log { source(s_in); parser(p_high); parser(p_critical); parser(p_select); parser(p_exclude); parser(p_status); destination(d_out); };
CONF
start
echo '<13>Nov 23 12:00:00 h app: marker-evil' | send "${ports[0]}"
until_true 20 has_lines "$work/chosen" 1
expect "each parser has the rules that it names" '1||1||' "$(cat "$work/chosen")"
cp "$work/syslog-ng.conf" "$work/before.conf"
configure sigrun.conf chosen.conf </dev/null
expect "the guide's options are taken" 0 "$(syslog_ng --syntax-only >"$work/out" 2>&1; echo $?)"
sed 's/min-level("high")/min-level("critical")/' "$work/before.conf" >"$work/syslog-ng.conf"
kill -HUP "$id"
until_true 20 has 'min-level=critical.*state-folder=|state-folder=.*min-level=critical' "$log"
echo '<13>Nov 23 12:00:00 h app: marker-evil' | send "${ports[0]}"
until_true 20 has_lines "$work/chosen" 2
expect "another choice at a reload takes the state folder over" '||1||' "$(tail -n 1 "$work/chosen")"
expect "without a complaint" 0 "$(grep -cE 'cannot be started|another engine' "$log")"
end "$id" TERM

echo "-- a full spool and a reload"
cat >"$work/block.yaml" <<YAML
rules: [$rules]
live: {spool-full: block, spool-size: 1MiB, alert-rate: 0, queue-detections: true}
YAML
configure <<CONF
source s_in { network(ip("127.0.0.1") port(${ports[0]}) transport("tcp") flags(no-parse)); };
parser p_sigrun { sigrun(config("$work/block.yaml")); };
destination d_out { file("$work/blocked"); };
log { source(s_in); parser(p_sigrun); destination(d_out); flags(flow-control); };
CONF
start
objects_of 5000 1 blocked | send "${ports[0]}" &
sender=$!
until_true 20 has_lines "$work/blocked" 100
sleep 2
expect "messages wait, because nobody takes alerts" yes "$([ "$(lines "$work/blocked")" -lt 5000 ] && echo yes)"
reload
expect_line "syslog-ng reloads nevertheless" 'Configuration reload finished' "$log"
end "$id" TERM
kill "$sender" 2>/dev/null
wait "$sender" 2>/dev/null

echo "-- alerts that nobody takes, SIGTERM, kill -9"
nobody=$(free_port)
sed "s|destination d_alerts .*|destination d_alerts { network(\"127.0.0.1\" port($nobody) template(\"\$MSG\\\\n\")); };|" \
  "$work/good.conf" >"$work/syslog-ng.conf"
before=$(distinct_ids "$alerts" correlation)
start
for i in 1 2 3; do burst term "$i"; done
sleep 1
end "$id" TERM
start
for i in 1 2 3; do burst kill "$i"; done
sleep 2
kill -9 "$id"
until_true 20 is_gone "$id"
cp "$work/good.conf" "$work/syslog-ng.conf"
start
until_true 20 has_lines "$alerts" $((before + 2))
expect "both alerts come out after SIGTERM, kill -9 and restarts" $((before + 2)) "$(distinct_ids "$alerts" correlation)"
end "$id" TERM
start
sleep 1
expect "what was delivered does not come again" $((before + 2)) "$(lines "$alerts")"
end "$id" TERM

echo "-- bad configurations"
with() { configure <<<"parser p { $1 };"; }
with "sigrun(config(\"$sigrun_yaml\") inptu(json))"
refuses "an option that is none" 'syslog-ng.conf:2:[0-9]+-2:[0-9]+'
expect_line "and which there are" 'no such option; write config\(\), input\(\)' "$work/out"
with "sigrun(config(\"$sigrun_yaml\") input(xml))"
refuses "an input that is none" 'no such input; write json, nv-pairs or raw'
with "sigrun(input(json))"
refuses "no config()" 'config\(\) is missing'
with "sigrun(config(\"$sigrun_yaml\")"
refuses "a bracket too few" 'syslog-ng.conf:2:'
with "sigrun(config(\"$sigrun_yaml\") template(\"\$(nonsense)\"))"
refuses "a bad template" 'the template is not in order'
configure <<<'source s { sigrun-alerts(confg("x")); };'
refuses "a source's option that is none" 'no such option; write config\(\)'

with "sigrun(config(\"$sigrun_yaml\") min-level(\"hihg\"));"
cat >>"$work/syslog-ng.conf" <<CONF
source s { file("$work/in"); }; destination d { file("$work/out"); }; log { source(s); parser(p); destination(d); };
CONF
syslog_ng >"$log" 2>&1
expect_line "a level that is none: syslog-ng does not start" 'sigrun: cannot be started.*hihg' "$log"

echo "-- bad rules and configurations at the start"
simple() {
  ports[0]=$(free_port)
  configure <<CONF
source s_in { network(ip("127.0.0.1") port(${ports[0]}) transport("tcp")); };
parser p_sigrun { sigrun(config("$1") input(raw)); };
destination d_out { file("$work/out" template("\${.sigrun.outcome} \${.sigrun.problem}\n")); };
log { source(s_in); parser(p_sigrun); destination(d_out); };
CONF
  rm -f "$work/out"
}
try() {  # NAME PATTERN   syslog-ng starts, says so, and messages pass
  start
  expect_line "$1: it is said" "$2" "$log"
  echo '<13>Nov 23 12:00:00 h app: marker-evil' | send "${ports[0]}"
  until_true 20 has_lines "$work/out" 1
  expect_line "$1: messages pass, marked as dropped" '^dropped no rules are loaded' "$work/out"
  end "$id" TERM
}
printf 'rules: [\n' >"$work/bad.yaml"
simple "$work/bad.yaml"
try "bad YAML" 'sigrun: no rules are loaded.*bad.yaml:[0-9]+'
printf 'rules: [%s]\n' "$work/nowhere" >"$work/missing.yaml"
simple "$work/missing.yaml"
try "a missing rule folder" 'sigrun: no rules are loaded.*nowhere'
printf 'rules: [%s]\nlive: {on-load-error: fail}\n' "$work/nowhere" >"$work/strict.yaml"
simple "$work/strict.yaml"
syslog_ng >"$log" 2>&1
expect "on-load-error: fail: syslog-ng does not start" no "$([ $? = 0 ] && echo yes || echo no)"
expect_line "and says why" 'sigrun: cannot be started.*nowhere' "$log"
configure <<<"source a { sigrun-alerts(config(\"$sigrun_yaml\")); }; source b { sigrun-alerts(config(\"$sigrun_yaml\")); };
destination d { file(\"$work/out\"); }; log { source(a); source(b); destination(d); };"
syslog_ng >"$log" 2>&1
expect_line "two sources of one configuration's alerts are refused" 'another source takes the alerts' "$log"
mkdir "$work/mixed"
cp "$hosts_rules/marker.yml" "$work/mixed/"
printf 'title: Broken\ndetection: {selection: {a|nonsense: 1}, condition: selection}\nlogsource: {product: linux}\n' >"$work/mixed/broken.yml"
printf 'rules: [%s]\n' "$work/mixed" >"$work/mixed.yaml"
simple "$work/mixed.yaml"
start
expect_line "a bad rule is named with its place" 'sigrun: a rule was refused.*broken.yml:[0-9]+:[0-9]+: error:' "$log"
expect_line "and the others are loaded" "1 rules, 1 refused" "$log"
end "$id" TERM

echo "-- another version"
module_folder=$build/tests/syslog-ng
with "sigrun(config(\"$sigrun_yaml\"))"
refuses "a module of another version" 'built for another version of syslog-ng.*built_for=.9\.99\.1.*running=.'"$version"
