"""bench/scenarios/generate, run small.   python3 tests/bench/scenarios/generate_test.py GENERATE SIGRUN

Same seed, same bytes; labels name the lines of abuse; every scenario occurs; order, lateness and places are as the
README says; the shipped tables recognise every event.
"""
import collections
import datetime
import hashlib
import ipaddress
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
TWELVE = {"account_takeover", "insider_exfiltration", "dormant_account", "off_hours", "rare_binary", "lateral_fan_out",
          "beaconing", "api_key_abuse", "session_theft", "cryptomining", "credential_stuffing", "silent_source"}
BESIDE = {"mass_download", "dns_tunnel", "access_new_place", "cache_busting_flood"}
SMALL = ["--users", "120", "--days", "18"]
# Bytes of every machine and compiler. A change to the generator changes them on purpose, in a commit of its own.
DIGEST = "e22daf934fdf46293bd0243cb3271f1db27381f5ca17828b50b9ab191ba0ab05"


def time_of(event):
    text = event.get("EventTime") or event.get("@timestamp") or event.get("eventTime") or event.get("CreatedAt") or \
        event.get("EdgeStartTimestamp") or event["Datetime"]
    return datetime.datetime.fromisoformat(text.rstrip("Z").replace(" ", "T"))


def lateness_of(event):
    if "EventTime" in event or "@timestamp" in event:
        return datetime.timedelta(minutes=2)
    return datetime.timedelta(minutes=15 if "eventTime" in event else 5)


def values(event):
    for value in event.values():
        if isinstance(value, dict):
            yield from values(value)
        else:
            yield str(value)


class GenerateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.run_generate("one")
        cls.events = [json.loads(line) for line in (cls.path / "one.ndjson").read_text().splitlines()]
        cls.labels = [json.loads(line) for line in (cls.path / "one.labels").read_text().splitlines()]
        cls.about = cls.labels[0]
        cls.abuse = [label for label in cls.labels if label["kind"] == "abuse"]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_generate(cls, name, *more):
        subprocess.run([GENERATE, *SMALL, *more, "-o", cls.path / f"{name}.ndjson", "--labels", cls.path / f"{name}.labels",
                        "--geo", cls.path / f"{name}.csv"], check=True, stderr=subprocess.DEVNULL)

    def digest(self, name):
        whole = hashlib.sha256()
        for ending in ("ndjson", "labels", "csv"):
            whole.update((self.path / f"{name}.{ending}").read_bytes())
        return whole.hexdigest()

    def test_same_seed_same_bytes(self):
        self.run_generate("two")
        self.assertEqual(self.digest("one"), self.digest("two"))
        self.assertEqual(self.digest("one"), DIGEST, "the generator writes other bytes than the frozen one")

    def test_another_seed_is_another_company(self):
        self.run_generate("other", "--seed", "2")
        self.assertNotEqual(self.digest("one"), self.digest("other"))

    def test_standard_output_is_the_same(self):
        out = subprocess.run([GENERATE, *SMALL], check=True, capture_output=True).stdout
        self.assertEqual(out, (self.path / "one.ndjson").read_bytes())

    def test_every_scenario_occurs_more_than_once(self):
        count = collections.Counter(label["scenario"] for label in self.abuse)
        self.assertEqual(set(count), TWELVE | BESIDE)
        self.assertGreaterEqual(min(count.values()), 2, count)
        self.assertEqual({label["scenario"] for label in self.abuse if label["twelve"]}, TWELVE)

    def test_labels_name_the_lines_of_abuse(self):
        used = set()
        for label in self.abuse:
            name = f"{label['scenario']} {label['instance']}"
            self.assertEqual(bool(label["lines"]), label["scenario"] != "silent_source", name)
            wanted = {one["value"].casefold() for one in [label["entity"], *label["also"]]}
            begin, end = (datetime.datetime.fromisoformat(label[key].rstrip("Z")) for key in ("from", "to"))
            for number in label["lines"]:
                self.assertNotIn(number, used, name)
                used.add(number)
                event = self.events[number - 1]
                self.assertTrue(wanted & {value.casefold() for value in values(event)}, f"{name}: line {number}")
                # Some sources write whole seconds.
                self.assertLessEqual(begin - datetime.timedelta(seconds=1), time_of(event), name)
                self.assertLessEqual(time_of(event), end, name)

    def test_silence_is_silent(self):
        for label in self.abuse:
            if label["scenario"] != "silent_source":
                continue
            begin, end = label["from"], label["to"]
            host = label["entity"]["value"]
            times = [time_of(event).isoformat(timespec="milliseconds") + "Z" for event in self.events
                     if host in (event.get("Hostname"), event.get("winlog", {}).get("computer_name"))]
            # NXLog writes whole seconds.
            self.assertFalse([time for time in times if begin < time < end], label)
            self.assertTrue([time for time in times if time < begin], label)

    def test_abuse_begins_after_training(self):
        self.assertEqual(self.about["scored_from"], "2026-03-16T00:00:00.000Z")
        for label in self.abuse:
            self.assertGreaterEqual(label["from"], self.about["scored_from"], label["scenario"])
        self.assertEqual(self.about["events"], len(self.events))

    def test_disorder_stays_within_the_lateness_of_the_tables(self):
        newest = datetime.datetime.min
        late = 0
        for number, event in enumerate(self.events, 1):
            time = time_of(event)
            self.assertLess(newest - time, lateness_of(event), f"line {number}")
            late += time < newest
            newest = max(newest, time)
        self.assertGreater(late, len(self.events) // 100)

    def test_every_public_address_is_in_the_table(self):
        rows = [line.split(",") for line in (self.path / "one.csv").read_text().splitlines()]
        self.assertEqual(rows[0], ["network", "country", "latitude", "longitude", "asn"])
        networks = {}
        for row in rows[1:]:
            network = ipaddress.ip_network(row[0])
            self.assertFalse(network.is_global, row[0])
            networks[network] = row
        lengths = sorted({(network.version, network.prefixlen) for network in networks})
        seen = {}
        for event in self.events:
            for key, country in (("ClientIP", "ClientCountry"), ("IPAddress", "Country"), ("SrcIP", "SrcIPCountry"), ("sourceIPAddress", None)):
                if key in event:
                    seen[event[key]] = event.get(country)
        for text, country in seen.items():
            address = ipaddress.ip_address(text)
            found = [networks[one] for version, length in lengths if version == address.version
                     for one in [ipaddress.ip_network((address, length), strict=False)] if one in networks]
            self.assertEqual(len(found), 1, text)
            self.assertIn(country, (None, found[0][1]), text)

    def test_identities_are_unique(self):
        ids = collections.Counter()
        for event in self.events:
            windows = event.get("winlog", {})
            ids[event.get("RayID") or event.get("QueryID") or event.get("eventID") or
                (event.get("Hostname") or windows["computer_name"], event.get("Channel") or windows["channel"],
                 event.get("RecordNumber") or windows["record_id"])] += 1
        self.assertEqual([one for one, count in ids.most_common(3) if count > 1], [])

    def test_tables_recognise_every_event(self):
        rule = self.path / "never.yml"
        rule.write_text("title: Never\nlogsource: {product: windows}\ndetection: {a: {EventID: 999999}, condition: a}\n")
        done = subprocess.run([SIGRUN, "scan", "-r", rule, self.path / "one.ndjson"], capture_output=True, text=True, cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"in {len(self.events):,} = processed {len(self.events):,} ", done.stderr)
        self.assertNotIn("unrecognised", done.stderr)
        # An event that no table knows would be said to be one.
        done = subprocess.run([SIGRUN, "scan", "-r", rule, "-"], input='{"nobody": "knows"}\n', capture_output=True, text=True, cwd=ROOT)
        self.assertRegex(done.stderr, "unrecognised|no table")

    def test_no_event_is_late_for_correlations(self):
        done = subprocess.run([SIGRUN, "scan", "-r", ROOT / "rules", self.path / "one.ndjson", "-o", "/dev/null"],
                              capture_output=True, text=True, cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in (" late", "future", "segment"):
            self.assertNotIn(word, done.stderr)


if __name__ == "__main__":
    GENERATE, SIGRUN = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
