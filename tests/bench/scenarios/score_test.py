"""bench/scenarios/score, on labels and alerts written by hand.   python3 tests/bench/scenarios/score_test.py"""
import importlib.machinery
import importlib.util
import json
import pathlib
import sys
import unittest

PATH = pathlib.Path(__file__).resolve().parents[3] / "bench" / "scenarios" / "score"
sys.dont_write_bytecode = True  # a program without an ending would leave scorec behind
loader = importlib.machinery.SourceFileLoader("scenario_score", str(PATH))
spec = importlib.util.spec_from_loader("scenario_score", loader)
scorer = importlib.util.module_from_spec(spec)
loader.exec_module(scorer)

RUN = {"kind": "run", "scored_from": "2026-03-16T00:00:00.000Z", "end": "2026-03-26T00:00:00.000Z"}


def abuse(scenario, value, begin, end, number=1, also=(), twelve=True):
    return {"kind": "abuse", "scenario": scenario, "instance": number, "twelve": twelve,
            "entity": {"field": "TargetUserName", "value": value},
            "also": [{"field": "Computer", "value": one} for one in also],
            "from": begin + ".000Z", "to": end + ".000Z", "lines": [1]}


def benign(scenario, value, begin, end):
    return {**abuse(scenario, value, begin, end), "kind": "benign"}


class Alerts:
    def __init__(self):
        self.records = []

    def add(self, time, rule="rule", **members):
        record = {"schema": 1, "id": f"{len(self.records):032x}", "kind": "detection", "time": time + ".000Z",
                  "rule": {"id": rule, "title": rule, "level": "medium", "tags": []}, **members}
        self.records.append(record)
        return self


def result(labels, alerts, budgets=()):
    lines = [json.dumps(one) for one in [RUN, *labels]]
    return scorer.score(lines, [json.dumps(one) + "\n" for one in alerts.records], budgets)


class ScoreTest(unittest.TestCase):
    label = abuse("takeover", "m.keller1", "2026-03-18T10:00:00", "2026-03-18T12:00:00", also=["BER-WS1"])

    def found(self, *alerts, labels=None):
        all_alerts = Alerts()
        for time, members in alerts:
            all_alerts.add(time, **members)
        return result(labels or [self.label], all_alerts)

    def test_found_by_group(self):
        one = self.found(("2026-03-18T11:00:00", {"kind": "correlation", "group": {"TargetUserName": "M.Keller1"}}))
        self.assertEqual(one["scenarios"]["takeover"]["recall"], 1)
        self.assertEqual(one["false_per_day"], 0)

    def test_found_by_a_value_deep_in_the_event(self):
        event = {"winlog": {"event_data": {"TargetUserName": "m.keller1"}}}
        self.assertEqual(self.found(("2026-03-18T11:00:00", {"event": event}))["recall_of_twelve"], 1)

    def test_found_by_another_name_of_the_instance(self):
        self.assertEqual(self.found(("2026-03-18T11:00:00", {"group": {"Computer": "ber-ws1"}}))["recall_of_twelve"], 1)

    def test_part_of_a_value_names_nothing(self):
        one = self.found(("2026-03-18T11:00:00", {"group": {"TargetUserName": "m.keller11"}}))
        self.assertEqual((one["recall_of_twelve"], one["false_per_day"]), (0, 0.1))

    def test_the_span_ends_a_day_later(self):
        group = {"group": {"u": "m.keller1"}}
        for time, recall in (("2026-03-18T09:59:59", 0), ("2026-03-18T10:00:00", 1), ("2026-03-19T12:00:00", 1),
                             ("2026-03-19T12:00:01", 0)):
            self.assertEqual(self.found((time, group))["recall_of_twelve"], recall, time)
            self.assertEqual(self.found((time, group))["false_per_day"], (1 - recall) / 10, time)

    def test_training_is_left_out_both_ways(self):
        early = abuse("early", "x", "2026-03-15T23:00:00", "2026-03-17T00:00:00")
        one = self.found(("2026-03-15T23:59:59", {"group": {"u": "somebody"}}), labels=[early, self.label])
        self.assertEqual(one["alerts"], 0)
        self.assertEqual(one["left_out"], {"training": 1})
        self.assertNotIn("early", one["scenarios"])

    def test_health_repeats_and_alerts_without_time_are_left_out(self):
        alerts = Alerts().add("2026-03-18T11:00:00", kind="health").add("2026-03-18T11:00:00").add("2026-03-18T11:00:00")
        alerts.records[2]["id"] = alerts.records[1]["id"]
        alerts.add("2026-03-18T11:00:00")
        del alerts.records[3]["time"]
        one = result([self.label], alerts)
        self.assertEqual(one["left_out"], {"health": 1, "repeated": 1, "without a time": 1})
        self.assertEqual(one["alerts"], 1)

    def test_false_alerts_by_rule_and_explained(self):
        trip = benign("travel", "a.silva2", "2026-03-20T00:00:00", "2026-03-22T00:00:00")
        alerts = Alerts().add("2026-03-20T11:00:00", rule="far", group={"Email": "a.silva2"})
        alerts.add("2026-03-18T11:00:00", rule="far", group={"Email": "m.keller1"})
        alerts.add("2026-03-20T11:00:00", rule="odd", group={"Email": "nobody"})
        one = result([self.label, trip], alerts)
        self.assertEqual(one["rules"]["far"], {"true": 1, "false": 1, "false_per_day": 0.1})
        self.assertEqual(one["rules"]["odd"], {"true": 0, "false": 1, "false_per_day": 0.1})
        self.assertEqual(one["false_explained"], {"travel": 1, "nothing listed": 1})
        self.assertEqual(one["false_per_day"], 0.2)

    def test_a_look_alike_is_never_a_hit(self):
        trip = benign("travel", "a.silva2", "2026-03-20T00:00:00", "2026-03-22T00:00:00")
        one = result([self.label, trip], Alerts().add("2026-03-20T11:00:00", group={"Email": "a.silva2"}))
        self.assertEqual((one["recall_of_all"], one["false_per_day"]), (0, 0.1))

    def test_chance_of_naming_an_entity_every_day(self):
        alerts = Alerts()
        for day in range(16, 26):
            alerts.add(f"2026-03-{day}T11:00:00", group={"u": "m.keller1"})
        one = result([self.label], alerts)
        self.assertEqual(one["scenarios"]["takeover"], {"found": 1, "of": 1, "recall": 1, "chance": 1, "twelve": True})

    def test_chance_of_one_alert(self):
        # Moved by 1 to 9 days, an alert of the first hour stays inside for one move: the next day's.
        one = self.found(("2026-03-18T11:00:00", {"group": {"u": "m.keller1"}}))
        self.assertAlmostEqual(one["scenarios"]["takeover"]["chance"], 1 / 9)

    def test_budget_takes_the_highest_of_each_day(self):
        alerts = Alerts().add("2026-03-18T11:00:00", group={"u": "m.keller1"}, score=60)
        alerts.add("2026-03-18T10:30:00", group={"u": "x"}, score=80).add("2026-03-19T00:30:00", group={"u": "y"}, score=99)
        one = result([self.label], alerts, budgets=[1, 2])
        self.assertEqual(one["budgets"]["1"]["recall_of_twelve"], 0)
        self.assertEqual(one["budgets"]["2"]["recall_of_twelve"], 1)
        self.assertEqual(one["budgets"]["1"]["false_per_day"], 0.2)

    def test_means_count_scenarios_alike_and_the_twelve_apart(self):
        labels = [abuse("a", f"u{n}", "2026-03-18T10:00:00", "2026-03-18T12:00:00", n) for n in range(4)]
        labels.append(abuse("b", "v", "2026-03-18T10:00:00", "2026-03-18T12:00:00"))
        labels.append(abuse("c", "w", "2026-03-18T10:00:00", "2026-03-18T12:00:00", twelve=False))
        one = result(labels, Alerts().add("2026-03-18T11:00:00", group={"u": "v"}))
        self.assertEqual(one["recall_of_twelve"], 0.5)
        self.assertAlmostEqual(one["recall_of_all"], 1 / 3)

    def test_labels_without_a_run_are_refused(self):
        with self.assertRaises(ValueError):
            scorer.score([json.dumps(self.label)], [], [])


if __name__ == "__main__":
    unittest.main()
