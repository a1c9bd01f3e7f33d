"""match_sets: which (event, rule) pairs two engines agree on, rule by rule.

A match set is {rule id: set of event lines, or of groups where rules correlate}. `differences` yields one record for each rule whose sets differ; a
surplus of the peer that sigrun finds as well once log sources do not count is told apart from the rest, so that a
peer that does not route is one cause and not thousands.
"""
import re
from pathlib import Path


def rules_by_id(folder):
    """{id: (title, log source, path)} of a folder of rules, by their text: three lines need no YAML reader."""
    found = {}
    for path in sorted(Path(folder).rglob("*.yml")):
        whole = path.read_text(encoding="utf-8", errors="replace")
        for text in re.split(r"^---$", whole, flags=re.M):
            identity = re.search(r"^id: *['\"]?([0-9a-fA-F-]{36})", text, re.M)
            title = re.search(r"^title: *(.*)", text, re.M)
            source = re.search(r"^logsource:((?:\n[ \t]+.*)+)", text, re.M)
            block = source.group(1) if source else ""
            facts = re.findall(r"^[ \t]+(product|category|service): *(\S+)", block, re.M)
            if identity:
                where = ",".join("=".join(fact) for fact in facts)
                name = title.group(1).strip(" '\"") if title else ""
                found[identity.group(1)] = (name, where, str(path.relative_to(folder)))
    return found


def first(matches, count):
    """What of a match set is about the first `count` events."""
    return {rule: {line for line in lines if line <= count} for rule, lines in matches.items()}


def agreed(ours, theirs):
    return sum(len(lines & theirs.get(rule, set())) for rule, lines in ours.items())


def differences(ours, theirs, unrouted, rules):
    """A record for each rule on which they differ. `unrouted`: sigrun's matches without log sources, or None."""
    for rule in sorted(set(ours) | set(theirs)):
        mine, other = ours.get(rule, set()), theirs.get(rule, set())
        if mine == other:
            continue
        by_log_source = (other - mine) & unrouted.get(rule, set()) if unrouted is not None else set()
        only_ours, only_theirs = mine - other, other - mine - by_log_source
        title, source, path = rules.get(rule, ("", "", ""))
        yield {
            "rule": rule,
            "title": title,
            "logsource": source,
            "path": path,
            "both": len(mine & other),
            "only_sigrun": len(only_ours),
            "only_peer": len(only_theirs),
            "only_peer_by_log_source": len(by_log_source),
            "line_only_sigrun": min(only_ours, default=None),
            "line_only_peer": min(only_theirs, default=None),
            "line_by_log_source": min(by_log_source, default=None),
        }


def total(records):
    """The sums of a list of such records."""
    keys = ("only_sigrun", "only_peer", "only_peer_by_log_source")
    sums = {key: sum(record[key] for record in records) for key in keys}
    sums["rules"] = len(records)
    sums["rules_beyond_log_source"] = sum(bool(record["only_sigrun"] or record["only_peer"]) for record in records)
    return sums
