"""copies: the rules and events that every engine gets: one folder of rules, plain files of events.

Engines differ in what they read (zstd, arrays, several folders). None of that is compared, so it is done once,
for all.
"""
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from engines import LINE_FIELD


@dataclass
class Copy:
    """Events as the engines get them."""

    plain: str  # the file that is measured: `count` events, `times` over
    numbered: str  # `count` events once, each with its number
    count: int = 0
    times: int = 1


@dataclass
class Input:
    """A file of events, and what peers are told about it (inputs.toml)."""

    path: Path  # of a generated stream: its name
    logsource: str = ""
    fields: str = ""
    narrow: str = ""
    generate: Callable = None  # writes the events into a file
    rules: str = ""  # a folder of its own
    correlates: bool = False  # its rules are correlations: matches are groups

    @property
    def name(self):
        return re.sub(r"\.(ndjson|jsonl|json)(\.zst|\.gz)?$", "", self.path.name)


def copy_rules(sources, folder):
    """All rules below `sources` into `folder`: their number, and a digest of names and contents."""
    digest, count = hashlib.sha256(), 0
    for index, source in enumerate(sources):
        for path in sorted(source.rglob("*.yml")):
            name = path.relative_to(source)
            target = folder / f"{index}-{source.name}" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            digest.update(f"{source.name}/{name}\0".encode() + path.read_bytes())
            count += 1
    return count, digest.hexdigest()[:16]


def copy_events(input, folder, limits, at_least):
    """{limit or None: Copy} for each limit, no limit, and 1.

    Without a limit, fewer events than `at_least` are repeated. Lines that are no objects are left out of all
    copies: engines count them differently.
    """
    made, files, left_out, count = {}, {}, 0, 0
    for limit in {None, 1, *limits}:
        stem = folder / f"{input.name}.{limit or 'all'}"
        made[limit] = Copy(f"{stem}.ndjson", f"{stem}.numbered.ndjson")
        files[limit] = (open(made[limit].plain, "wb"), open(made[limit].numbered, "wb"))
    if input.generate:
        made_here = folder / f"{input.name}.made"
        with open(made_here, "wb") as target:
            input.generate(target)
    with _open(made_here if input.generate else input.path) as lines:
        for line in lines:
            line = line.strip()
            if not line.startswith(b"{") or line[1:].lstrip().startswith(b"}"):
                left_out += 1
                continue
            count += 1
            for limit, (plain, numbered) in files.items():
                if limit is None or count <= limit:
                    plain.write(line + b"\n")
                    numbered.write(b'{"%s":"%d",' % (LINE_FIELD.encode(), count) + line[1:].lstrip() + b"\n")
                    made[limit].count = count
    for pair in files.values():
        for file in pair:
            file.close()
    if left_out:
        print(f"{input.name}: {left_out} lines that are no JSON objects were left out", file=sys.stderr)
    if input.generate:
        os.remove(made_here)
    if 0 < count < at_least and not input.correlates:  # time would jump back
        everything = made[None]
        everything.times = -(-at_least // count)
        once = everything.plain + ".once"
        os.rename(everything.plain, once)
        with open(everything.plain, "wb") as target:
            for _ in range(everything.times):
                with open(once, "rb") as source:
                    shutil.copyfileobj(source, target)  # in pieces: measure.py says why this process stays small
        os.remove(once)
    return made


def _open(path):
    if path.suffix in (".zst", ".zstd"):
        return subprocess.Popen(["zstd", "-dcq", str(path)], stdout=subprocess.PIPE).stdout
    return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
