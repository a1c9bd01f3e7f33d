"""report: the records of a run as tables for people."""

MEASURED = [
    ("input", "input"),
    ("engine", "engine"),
    ("version", "version"),
    ("events", "events"),
    ("load s", "load_seconds"),
    ("events/s", "events_per_second"),
    ("per cpu s", "events_per_cpu_second"),
    ("of sigrun", "of_sigrun"),
    ("peak MB", "peak_mb"),
    ("matches", "matches"),
]
AGREED = [
    ("input", "input"),
    ("engine", "engine"),
    ("against", "against"),
    ("events", "events"),
    ("both", "both"),
    ("only sigrun", "only_sigrun"),
    ("only peer", "only_peer"),
    ("…by log source", "only_peer_by_log_source"),
    ("rules that differ", "rules_beyond_log_source"),
]
NAMES = 3  # columns of names, set to the left


def table(records):
    measured = [record for record in records if record["kind"] == "measurement"]
    agreed = [record for record in records if record["kind"] == "agreement"]
    lines = _rows(MEASURED, measured) if measured else []
    for record in measured:
        where = f"{record['input']}: {record['engine']}: "
        if "problem" in record:
            lines.append(where + record["problem"])
        elif record["uncertain"]:
            lines.append(where + "uncertain: loading varies by more than a tenth of what the events take")
    if agreed:
        lines += [*([""] if lines else []), *_rows(AGREED, agreed)]
    return "\n".join(lines)


def _text(value):
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _rows(columns, records):
    rows = [[head for head, _ in columns], *[[_text(r.get(key, "")) for _, key in columns] for r in records]]
    widths = [max(map(len, column)) for column in zip(*rows)]

    def line(row):
        cells = [c.ljust(w) if i < NAMES else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))]
        return "  ".join(cells).rstrip()

    return [line(row) for row in rows]
