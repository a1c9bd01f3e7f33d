#!/usr/bin/env bash
# Run by scripts/test-packages in a clean root: installs /packages/*.deb with apt, which resolves what they depend on, and uses what is there.
set -uo pipefail
passed=0 failed=0
work=$(mktemp -d)
cd "$work" || exit 3
finish() {
  echo "$passed passed, $failed failed, 0 errors"
  [ "$failed" = 0 ]
  exit $?
}
trap finish EXIT
pass() { passed=$((passed + 1)); echo "ok: $1"; }
fail() { failed=$((failed + 1)); echo "FAILED: $1"; tail -n 20 "$work/out" | cut -c 1-300; }
# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@" >"$work/out" 2>&1; then pass "$name"; else fail "$name"; fi
}
says() { grep -qE -- "$1" "$2"; }
package() { echo /packages/"$1"_*.deb; }
install() { apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends "$@"; }
multiarch=$(dpkg --print-architecture | sed 's/amd64/x86_64/; s/arm64/aarch64/')-linux-gnu

apt-get -q update >"$work/out" 2>&1 || fail "apt-get update"

echo "-- sigrun"
check "sigrun is installed, with what it depends on" install "$(package sigrun)" "$(package sigrun-rules)"
check "it runs" sigrun --version
check "sigrun check finds nothing wrong with the installed rules" sigrun check /usr/share/sigrun/rules
check "sigrun test: the installed rules do what their tests say" sigrun test /usr/share/sigrun/rules
sigrun scan /usr/share/sigrun/rules/samples >alerts 2>summary
check "sigrun scan finds something in the samples" says '"kind":"detection"' alerts
check "and in correlations" says '"kind":"correlation"' alerts
check "it accounts for every event" says '^events: in ([1-9][0-9]*) = processed \1 \+ degraded 0 \+ rejected 0 \+ dropped 0$' summary
check "the man page, completions, schemas and guides are in place" ls /usr/share/man/man1/sigrun.1.gz \
  /usr/share/bash-completion/completions/sigrun /usr/share/zsh/vendor-completions/_sigrun /usr/share/fish/vendor_completions.d/sigrun.fish \
  /usr/share/sigrun/schemas/alert.schema.json /usr/share/sigrun/schemas/sigrun.schema.json /usr/share/doc/sigrun/examples/sigrun.yaml
check "the completion is in order" bash -n /usr/share/bash-completion/completions/sigrun
if [ "$(dpkg-query -W -f '${db:Status-Status}' libsigrun0 2>/dev/null)" = installed ]; then fail "the command needs no libsigrun0"; else pass "the command needs no libsigrun0"; fi

echo "-- the plugin for Fluent Bit, without Fluent Bit"
check "it is installed" install "$(package sigrun-fluent-bit)" "$(package libsigrun0)"
check "Fluent Bit is not" test ! -e /usr/bin/fluent-bit
check "a C compiler is installed" install gcc libc6-dev
cat >load.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char** argv) {
  void* const library = dlopen(argv[1], RTLD_LAZY);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  for (int i = 2; i < argc; ++i)
    if (!dlsym(library, argv[i])) return fprintf(stderr, "%s\n", dlerror()), 1;
  return 0;
}
C
check "a program that loads it" gcc -o load load.c
for name in sigrun flb-filter_sigrun; do
  check "$name.so can be loaded" ./load "/usr/lib/$multiarch/sigrun/$name.so" filter_sigrun_plugin FLBPluginRegister FLBPluginInputCallback
done

echo "-- libsigrun-dev"
check "it is installed" install "$(package libsigrun-dev)" pkgconf
cat >use.c <<'C'
#include <sigrun/sigrun.h>
#include <stdio.h>
#include <string.h>
static void found(const sigrun_result* result, void* user) {
  (void)user;
  for (size_t i = 0; i < result->match_count; ++i) puts(result->matches[i]->rule_title);
}
int main(void) {
  static const char text[] =
      "{\"EventID\": 1, \"Channel\": \"Microsoft-Windows-Sysmon/Operational\", \"Image\": \"C:\\\\Windows\\\\System32\\\\rundll32.exe\","
      " \"CommandLine\": \"rundll32 comsvcs.dll, MiniDump 712 o.bin full\"}";
  const char* const rules[] = {"/usr/share/sigrun/rules"};
  sigrun_options options = {.size = sizeof options, .rule_paths = rules, .rule_path_count = 1};
  sigrun_event event = {.size = sizeof event, .form = SIGRUN_JSON, .bytes = text, .byte_count = strlen(text)};
  sigrun_engine* engine = NULL;
  char error[256];
  if (sigrun_version_number() != SIGRUN_VERSION_NUMBER) return 2;
  if (sigrun_open(&options, &engine, error, sizeof error) != SIGRUN_OK) return fprintf(stderr, "%s\n", error), 1;
  sigrun_evaluate_events(engine, "test", 4, &event, 1, 0, found, NULL, error, sizeof error);
  sigrun_close(engine);
  return 0;
}
C
# shellcheck disable=SC2046
check "a C program is compiled with pkg-config" gcc -std=c11 -Wall -Wextra -Werror -o use use.c $(pkg-config --cflags --libs sigrun)
check "it runs" ./use
./use >found 2>&1
check "and finds what is in an event" says '^Process Memory Dumped Through comsvcs.dll$' found

echo "-- syslog-ng-mod-sigrun"
module=$(package syslog-ng-mod-sigrun)
check "it is installed, with syslog-ng" install "$module"
version=$(dpkg-query -W -f '${Version}' syslog-ng-core)
dpkg-deb -f "$module" Depends >depends
check "it is for this version of syslog-ng ($version) alone" says "syslog-ng-core \(>= ${version%-*}\).*syslog-ng-core \(<< " depends
minor=$(cut -d. -f1,2 <<<"$version")
check "the module is where syslog-ng looks" test -e "/usr/lib/syslog-ng/$minor/libsigrun-module.so"
cat >sigrun.yaml <<'YAML'
rules: [/usr/share/sigrun/rules]
YAML
cat >syslog-ng.conf <<CONF
@version: $minor
source s_in { file("$work/in" flags(no-parse)); };
parser p_sigrun { sigrun(config("$work/sigrun.yaml")); };
destination d_out { file("$work/annotated" template("\${.sigrun.level}|\${.sigrun.title}\n")); };
log { source(s_in); parser(p_sigrun); destination(d_out); };
CONF
check "syslog-ng loads a configuration that uses it" syslog-ng --no-caps --syntax-only -f syslog-ng.conf
cp /usr/share/sigrun/rules/samples/windows.ndjson in
syslog-ng -F -e --no-caps -f syslog-ng.conf -R persist -p pid -c control >log 2>&1 &
daemon=$!
for _ in $(seq 100); do
  [ ! -e annotated ] || [ "$(wc -l <annotated)" -lt "$(wc -l <in)" ] || break
  sleep 0.1
done
kill "$daemon" && wait "$daemon"
cp log out
check "it annotates what rules match" says '^high\|Process Memory Dumped Through comsvcs.dll$' annotated
check "every message comes out" test "$(wc -l <in)" = "$(wc -l <annotated)"

echo "-- gone again"
check "all are removed" apt-get -q -y purge sigrun sigrun-rules libsigrun0 libsigrun-dev sigrun-fluent-bit syslog-ng-mod-sigrun
find / -xdev -iname '*sigrun*' -not -path '/proc/*' -not -path '/packages/*' -not -path "$work/*" -not -path '/var/log/*' >out
check "nothing of them is left" test ! -s out
