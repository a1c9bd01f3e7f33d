#!/usr/bin/env bash
# A rule that is always true at 50,000 events a second: with a limit to the alerts of a rule, and then without one and a spool that is too small.
#
#   tests/stress/run.sh BUILD [SECONDS]     SECONDS: of each (default: 5)
set -euo pipefail
build=$1 seconds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/rules"
cat >"$work/rules/always.yml" <<'YAML'
title: Always True
id: 5f0d6c3e-1f0e-4d7a-9a39-0d7f8a1b2c01
name: always
status: test
logsource: {product: linux}
detection:
  selection:
    message|contains: event
  condition: selection
level: low
---
title: Three Of One Host
id: 5f0d6c3e-1f0e-4d7a-9a39-0d7f8a1b2c02
status: test
correlation:
  type: event_count
  rules: always
  group-by: [host]
  timespan: 10s
  condition: {gte: 3}
  generate: true
level: low
YAML
# one NAME PACE ALERT_RATE SPOOL
one() {
  cat >"$work/$1.yaml" <<YAML
rules: [$work/rules]
logsource: {product: linux}
state: {snapshot-interval: 2s, memory: 16MiB, evidence-memory: 4MiB}
live: {queue-detections: true, spool-full: drop-oldest, behind-memory: 4MiB, spool-size: $(($4 >> 20))MiB, alert-rate: $3, alert-rate-interval: 1s}
YAML
  echo "-- $1"
  "$build/tests/stress/stress" "$work/$1.yaml" "$work/$1-state" "$seconds" "$2" "$3" "$4"
}
one limited 50000 100 $((4 << 20))
one unlimited 10000 0 $((4 << 20))
