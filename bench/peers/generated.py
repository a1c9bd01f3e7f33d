"""generated: events that no public collection has enough of: a long stream with many users, for correlations.

The same seed gives the same bytes. Events are in the order of their times, since peers count in the order of arrival.
"""
import datetime
import json
import random

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def logons(file, count=1_000_000, users=100_000, addresses=20_000, seed=4):
    """Five hundred events a second: nine in ten are logons, a third of which fail; a few users are busy (Zipf).
    Fifty addresses try one user after the other."""
    draw = random.Random(seed)
    busy = [int(users ** draw.random()) - 1 for _ in range(4096)]  # log-uniform ranks
    for number in range(count):
        time = START + datetime.timedelta(milliseconds=2 * number)
        user = busy[draw.randrange(4096)] if draw.random() < 0.2 else draw.randrange(users)
        kind = draw.random()
        event = {
            "@timestamp": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "id": f"{draw.getrandbits(64):016x}",
            "category": "authentication",
            "action": "logon" if kind < 0.9 else "grant" if kind < 0.93 else "download",
            "outcome": "failure" if kind < 0.3 else "success",
            "user": f"user{user:06d}",
            "host": f"host{draw.randrange(2000):04d}.example",
            "address": f"192.0.2.{draw.randrange(50)}" if kind < 0.01 else f"10.0.{draw.randrange(addresses) // 250}.{draw.randrange(250)}",
            "bytes": int(draw.paretovariate(1.1) * 100_000) if kind >= 0.93 else 0,
            "agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        }
        file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")


STREAMS = {"logons": logons}
