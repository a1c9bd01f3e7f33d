"""engines: sigrun and its peers: where their programs are, how they are called, how their matches are read.

An Engine is a row of the table. `command` gives the call for one input, or None where the engine has nothing to
offer for it. `match` reads one line of its output as (line of the event, rule id). rsigma does not say which event
matched: for the comparison of matches, not for measuring, it gets a copy of the events that carry their line
number, and prints them back.

`against` names the variants of sigrun whose matches an engine's are compared with. `sigrun-unrouted` runs every
rule on every event with the field names as written, which is what engines without log source tables do: there,
differences are about the meaning of rules alone.
"""
import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Callable, Optional

LINE_FIELD = "sigrun_bench_line"  # the number that an event of the copy carries


@dataclass
class Engine:
    name: str
    what: str
    program: str  # file name below the tools' bin folder; sigrun's comes from --sigrun
    command: Callable  # (program, rules, events, input) -> argument list or None
    match: Callable  # line of output -> (event's line, rule id)
    version: Callable  # program -> text
    loaded: str  # regular expression: rules loaded, in the messages
    refused: str  # regular expression: rules refused
    against: tuple = ()
    numbered: bool = False  # its matches are read from the numbered copy,
    numbered_arguments: tuple = ()  # with these arguments added
    limit: Optional[int] = None  # events, for engines that would take hours
    correlated: Optional[Callable] = None  # line of output -> (group, rule id), or None of other lines


def _sigrun(*more, tables=True):
    def command(program, rules, events, input):
        if input.correlates and not tables:
            return None
        pipeline = ["-p", input.fields] if input.fields and not tables else []
        return [program, "scan", "-r", rules, "-j", "1", "--format", "ndjson", *more, *pipeline, events]

    return command


def _rsigma(routed=False, narrowed=False, roomy=False):
    def command(program, rules, events, input):
        if input.correlates and (routed or narrowed) or roomy and not input.correlates:
            return None
        arguments = [program, "engine", "eval", "--output-format", "ndjson", "--input-format", "json"]
        arguments += ["-r", rules]
        if narrowed:
            if not input.narrow:
                return None
            arguments += ["-p", input.narrow]
        if input.fields:
            arguments += ["-p", input.fields]
        if input.correlates:  # what sigrun does: an alert when a condition comes true, not on each event while it is
            arguments += ["--suppress", "10m", "--no-detections"]
        if roomy:
            arguments += ["--max-state-entries", "100000000"]
        if routed:
            arguments += ["--logsource-routing"]
            if input.logsource:
                arguments += ["--event-logsource", input.logsource]
        return [*arguments, "-e", "@" + events]

    return command


def _sigrun_match(line):
    alert = json.loads(line)
    return alert["source"]["line"], alert["rule"].get("id", "")


def _rsigma_match(line):
    match = json.loads(line)
    return int(match["event"][LINE_FIELD]), match.get("rule_id") or ""


def _sigrun_correlated(line):
    alert = json.loads(line)
    if alert["kind"] != "correlation":
        return None
    return json.dumps(alert["group"], sort_keys=True), alert["rule"].get("id", "")


def _rsigma_correlated(line):
    match = json.loads(line)
    if "correlation_type" not in match:
        return None
    return json.dumps(dict(match["group_key"]), sort_keys=True), match.get("rule_id") or ""


def _tabbed_match(line):
    number, rule = line.decode().rstrip("\n").split("\t")
    return int(number), rule


def _says_version(*arguments):
    def version(program):
        answer = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
        return (re.findall(r"\d+\.\d+\.\d+\S*", answer.stdout) or ["unknown"])[0]

    return version


def _sigma_rust_version(_program):
    lock = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sigma-rust", "Cargo.lock")
    with open(lock) as text:
        found = re.search(r'name = "sigma-rust"\nversion = "([^"]+)"', text.read())
    return found.group(1) if found else "unknown"


_sigrun_facts = dict(
    program="sigrun",
    match=_sigrun_match,
    version=_says_version("version"),
    loaded=r"rules: +([\d,]+) loaded",
    refused=r"loaded, ([\d,]+) refused",
    correlated=_sigrun_correlated,
)
_rsigma_facts = dict(
    program="rsigma",
    match=_rsigma_match,
    version=_says_version("--version"),
    loaded=r"Loaded (\d+)",
    refused=r"(\d+) parse errors",
    numbered=True,
    numbered_arguments=("--include-event",),
    correlated=_rsigma_correlated,
)

ENGINES = [
    Engine("sigrun", "as it comes: tables route events to rules", command=_sigrun(), **_sigrun_facts),
    Engine(
        "sigrun-unrouted",
        "every rule on every event, fields as written",
        command=_sigrun("--logsource", "off", "--taxonomy", "none", tables=False),
        **_sigrun_facts,
    ),
    Engine(
        "rsigma",
        "as it comes: every rule on every event",
        command=_rsigma(),
        against=("sigrun-unrouted", "sigrun"),
        **_rsigma_facts,
    ),
    Engine(
        "rsigma-routed",
        "--logsource-routing, told what the events are",
        command=_rsigma(routed=True),
        against=("sigrun",),
        **_rsigma_facts,
    ),
    Engine(
        "rsigma-sysmon",
        "routed, and its own pipeline that adds channel and event id",
        command=_rsigma(routed=True, narrowed=True),
        against=("sigrun",),
        **_rsigma_facts,
    ),
    Engine(
        "rsigma-roomy",
        "with room for every group: its own limit is 100,000",
        command=_rsigma(roomy=True),
        against=("sigrun",),
        **_rsigma_facts,
    ),
    Engine(
        "sigma-rust",
        "a library, one rule after the other",
        program="sigma-rust-scan",
        command=lambda program, rules, events, input: None if input.correlates else [program, rules, events],
        match=_tabbed_match,
        version=_sigma_rust_version,
        loaded=r"Loaded (\d+)",
        refused=r"rules, (\d+) refused",
        against=("sigrun-unrouted", "sigrun"),
        limit=1000,
    ),
]
