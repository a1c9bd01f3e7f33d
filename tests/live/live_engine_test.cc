// The engine inside a host: what calls return, what the queue gives, what survives reloads and restarts. Every test checks that each event had one outcome.
#include "live/live_engine.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "live/live_fixture.h"
#include "live/metrics.h"

using namespace sigrun;
using namespace sigrun::test;
using Opened = LiveEngine::Opened;
using Reloaded = LiveEngine::Reloaded;

TEST_SUITE("live engine") {
  TEST_CASE("an event in three forms: one alert, one id") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    CHECK(live.evaluate(R"({"F":"a","n":1})") == "T r1");
    const std::string id = live.last_id;
    CHECK(live.evaluate(HostRecord{HostRecord::Form::msgpack, std::string_view("\x82\xa1" "F\xa1" "a\xa1n\x01", 8), {}}) == "T r1");
    CHECK(live.last_id == id);
    const NamedValue pairs[] = {{"F", "a", PairType::text}, {"n", "1", PairType::number}};
    CHECK(live.evaluate(HostRecord{HostRecord::Form::pairs, {}, pairs}) == "T r1");
    CHECK(live.last_id == id);
    // Where it stands makes no part of the id: a chunk that comes again gives the same.
    CHECK(live.evaluate("\n\n {\"F\":\"x\"} {\"F\":\"a\",\"n\":1}") == "T r1");
    CHECK(live.last_id == id);
    CHECK(live.evaluate("  ") == "");
    CHECK(live.evaluate("no JSON") == "rejected");
    CHECK(live.evaluate("{\"F\":\"a\xff\"}") == "degraded");
    CHECK(live.evaluate(HostRecord{HostRecord::Form::msgpack, "\x82\xa1" "F", {}}) == "rejected");
    CHECK(live.evaluate(HostRecord{HostRecord::Form::msgpack, std::string_view("\x80\x80", 2), {}}) == "rejected");
    CHECK(live.queued().empty());
  }

  TEST_CASE("several events in one text, and envelopes") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/b.yml", rule_text("r2", "{F: b}", "level: low\n"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    CHECK(live.evaluate("{\"F\":\"a\"}\n{\"F\":\"b\"}") == "T r1 T r2");
    CHECK(live.evaluate("[{\"F\":\"a\"},{\"F\":\"b\"}]") == "T r1 T r2");
    CHECK(live.evaluate("{\"F\":\"a\"}\n{\"F\":") == "rejected T r1");
    CHECK(live.sent == 6);
  }

  TEST_CASE("correlations come out of the queue, and only they") {
    for (const bool threaded : {false, true}) {
      cli::TemporaryFolder folder;
      folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
      folder.write("rules/c.yml", count_text("c1", "r1"));
      Live live(folder);
      REQUIRE(live.open(threaded) == Opened::ready);
      for (int i = 0; i < 3; ++i) {
        CHECK(live.evaluate(event_text("F", "eve", i)) == "");  // muted: a correlation refers to it
        live.evaluate(event_text("F", "bob", 100 * i));
      }
      CHECK(live.queued() == Strings{"correlation c1"});
      CHECK(live.engine->counters().correlation_alerts_by_level[static_cast<size_t>(sigma::Level::critical)] == 1);
      CHECK(live.engine->counters().queue.alerts == 0);
    }
  }

  TEST_CASE("detections go into the queue where the configuration says so") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    Live live(folder);
    live.live = "  queue-detections: yes\n";
    REQUIRE(live.open() == Opened::ready);
    CHECK(live.evaluate(event_text("F", "eve", 0)) == "T r1");
    CHECK(live.queued() == Strings{"detection r1"});
    CHECK(live.ids == Strings{live.last_id});
  }

  TEST_CASE("a silent input goes on at the pace of the wall clock: windows close without an event") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1", "{lt: 3}"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    live.evaluate(event_text("F", "eve", 0));
    CHECK(live.queued().empty());
    live.engine->tick(noon + 61 * second);
    CHECK(live.queued().empty());  // two minutes of lateness
    live.engine->tick(noon + 182 * second);
    CHECK(live.queued() == Strings{"correlation c1"});
    CHECK(live.engine->counters().watermark_lag == 120 * second);
  }

  TEST_CASE("the time at which the host received it is the time of an event that tells none") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    const HostRecord record{HostRecord::Form::json, R"({"F":"a","User":"eve"})", {}};
    for (int i = 0; i < 3; ++i) live.evaluate(record, "t", noon - 1000 * second + 90 * i * second);
    CHECK(live.queued().empty());
    for (int i = 0; i < 3; ++i) live.evaluate(record, "t", noon - 500 * second + i * second);
    CHECK(live.queued() == Strings{"correlation c1"});
    CHECK(live.engine->counters().times.timeless == 0);
  }

  TEST_CASE("reload: what changes is told, what correlations counted is kept") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    for (int i = 0; i < 20; ++i) folder.write("rules/more" + std::to_string(i) + ".yml", rule_text("m" + std::to_string(i), "{M: m}"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    live.evaluate(event_text("F", "eve", 0));
    live.evaluate(event_text("F", "eve", 1));
    CHECK(live.reload() == "0 0 0 0 0");
    folder.write("rules/0.yml", rule_text("r0", "{G: a}"));  // numbers of rules move
    folder.write("rules/more3.yml", rule_text("m3", "{M: other}"));
    std::filesystem::remove(folder.path("rules/more4.yml"));
    CHECK(live.reload() == "1 1 1 0 0");
    CHECK(live.evaluate(event_text("G", "eve", 2)) == "T r0");
    CHECK(live.queued().empty());
    live.evaluate(event_text("F", "eve", 2));
    CHECK(live.queued() == Strings{"correlation c1"});
    CHECK(live.engine->counters().reloads == 2);
    CHECK(live.engine->counters().correlation.firings == 1);
  }

  TEST_CASE("reload: too many fewer rules, none, no YAML: all goes on as before") {
    cli::TemporaryFolder folder;
    for (int i = 0; i < 10; ++i) folder.write("rules/" + std::to_string(i) + ".yml", rule_text("m" + std::to_string(i), "{M: m}"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    std::filesystem::remove(folder.path("rules/0.yml"));
    CHECK(live.reload() == "0 0 1 0 0");  // a tenth
    std::filesystem::remove(folder.path("rules/1.yml"));
    CHECK(live.reload(Reloaded::refused) == "0 0 1 0 0");
    CHECK(live.problem.find("of 9 rules 8 would be left") != std::string::npos);
    CHECK(live.evaluate(R"({"M":"m"})") == "T m1 T m2 T m3 T m4 T m5 T m6 T m7 T m8 T m9");
    CHECK_FALSE(live.engine->counters().reload_success);
    folder.write("rules/1.yml", rule_text("m1", "{M: m}"));
    folder.write("rules/2.yml", "title: [broken\n");
    CHECK(live.reload() == "0 0 0 0 1");
    CHECK(live.engine->counters().kept == 1);
    CHECK(live.evaluate(R"({"M":"m"})") == "T m1 T m2 T m3 T m4 T m5 T m6 T m7 T m8 T m9");
    CHECK(live.reload() == "0 0 0 0 1");  // and again
    folder.write("rules/2.yml", rule_text("m2", "{M: n}"));
    CHECK(live.reload() == "0 1 0 0 0");
    CHECK(live.evaluate(R"({"M":"n"})") == "T m2");
    folder.write("sigrun.yaml", "rules: {\n");
    CHECK(live.reload(Reloaded::load_failed) == "0 0 0 0 0");
    CHECK(live.evaluate(R"({"M":"n"})") == "T m2");
    folder.write("sigrun.yaml", "rules: nowhere\ntaxonomy: none\n");
    CHECK(live.reload(Reloaded::load_failed) == "0 0 0 0 0");
    CHECK(live.evaluate(R"({"M":"n"})") == "T m2");
    CHECK(live.engine->ready());
  }

  TEST_CASE("on-load-error: pass: events pass and are counted until a reload cures it") {
    cli::TemporaryFolder folder;
    Live live(folder);
    CHECK(live.open() == Opened::not_ready);
    CHECK(live.problem.find("rules") != std::string::npos);
    CHECK_FALSE(live.engine->ready());
    CHECK(live.evaluate(R"({"F":"a"})") == "dropped");
    CHECK(live.queued() == Strings{"health sigrun-health-not-ready"});
    CHECK(live.reload(Reloaded::load_failed) == "0 0 0 0 0");
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    CHECK(live.reload() == "1 0 0 0 0");
    CHECK(live.engine->ready());
    CHECK(live.evaluate(R"({"F":"a"})") == "T r1");
    CHECK(live.engine->counters().events.dropped == 1);
  }

  TEST_CASE("on-load-error: fail") {
    cli::TemporaryFolder folder;
    Live live(folder);
    folder.write("sigrun.yaml", "live: {on-load-error: fail}\n");
    LiveEngine engine;
    std::string problem;
    CHECK(engine.open([](std::string& why) -> std::optional<Configuration> {
      Configuration configuration;
      configuration.load.rule_paths = {"/nonexistent"};
      configuration.live.on_load_error = LiveOptions::OnLoadError::fail;
      (void)why;
      return configuration;
    }, {true, false, {}}, LiveOptions::OnLoadError::pass, problem) == Opened::load_failed);
    CHECK(problem.find("/nonexistent") != std::string::npos);
  }

  TEST_CASE("a restart goes on: counts, clocks, alerts that were not acknowledged") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open(false, true) == Opened::ready);
    {
      Live other(folder);
      CHECK(other.open(false, true) == Opened::state_failed);
      CHECK(other.problem.find("another engine") != std::string::npos);
      other.engine.reset();
    }
    for (const char* user : {"eve", "eve", "eve", "bob", "bob"}) live.evaluate(event_text("F", user, 1));
    CHECK(live.queued(false) == Strings{"correlation c1"});
    live.close();
    REQUIRE(live.open(false, true) == Opened::ready);
    CHECK(live.queued() == Strings{"correlation c1"});
    CHECK(live.ids[0] == live.ids[1]);
    live.evaluate(event_text("F", "bob", 2));
    CHECK(live.queued() == Strings{"correlation c1"});
    live.close();
    REQUIRE(live.open(false, true) == Opened::ready);
    CHECK(live.queued().empty());
    CHECK(live.engine->counters().correlation.groups == 2);
    // The input's clock goes on as well: its first event now is late by what came before.
    live.evaluate(event_text("F", "eve", -1000));
    REQUIRE(live.engine->flush(live.problem));
    CHECK(live.engine->counters().times.late == 1);
    // Without state nothing is known.
    live.close();
    std::filesystem::remove(folder.path("state/live.state"));
    REQUIRE(live.open(false, true) == Opened::ready);
    CHECK(live.engine->counters().correlation.groups == 0);
  }

  TEST_CASE("times are counted once: by the process that saw them, and over reloads") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open(false, true) == Opened::ready);
    const auto late_and_timeless = [&] {
      live.evaluate(event_text("F", "eve", 0));
      live.evaluate(event_text("F", "eve", -1000));
      live.evaluate(R"({"F":"a"})");
      live.evaluate(event_text("F", "eve", 1'000'000));
      REQUIRE(live.engine->flush(live.problem));
      return live.engine->counters().times;
    };
    CHECK(late_and_timeless() == TimeCounters{1, 1, 1, 0});
    CHECK(live.reload() == "0 0 0 0 0");
    REQUIRE(live.engine->flush(live.problem));
    CHECK(live.engine->counters().times == TimeCounters{1, 1, 1, 0});
    CHECK(late_and_timeless() == TimeCounters{2, 2, 2, 0});
    // Other correlations, and none.
    folder.write("rules/c.yml", count_text("c2", "r1", "{gte: 4}"));
    CHECK(live.reload() == "1 0 1 0 0");
    CHECK(late_and_timeless() == TimeCounters{3, 3, 3, 0});
    folder.write("rules/c.yml", rule_text("r2", "{G: a}"));
    CHECK(live.reload() == "1 0 1 0 0");
    REQUIRE(live.engine->flush(live.problem));
    CHECK(live.engine->counters().times == TimeCounters{3, 3, 3, 0});
    folder.write("rules/c.yml", count_text("c1", "r1"));
    CHECK(live.reload() == "1 0 1 0 0");
    live.close();
    REQUIRE(live.open(false, true) == Opened::ready);
    CHECK(live.engine->counters().times == TimeCounters{});
    CHECK(late_and_timeless() == TimeCounters{1, 1, 1, 0});
  }

  TEST_CASE("a process that ends at once keeps the last snapshot and every alert") {
    cli::TemporaryFolder folder, copy;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open(false, true) == Opened::ready);
    for (const char* user : {"eve", "eve", "bob", "bob"}) live.evaluate(event_text("F", user, 1));
    std::string problem;
    REQUIRE(live.engine->snapshot(problem));
    live.evaluate(event_text("F", "eve", 2));
    REQUIRE(live.engine->flush(live.problem));
    // What is in the folder now is what kill -9 leaves.
    std::filesystem::copy(folder.path(), copy.path(), std::filesystem::copy_options::recursive);
    Live after(copy);
    REQUIRE(after.open(false, true) == Opened::ready);
    CHECK(after.queued() == Strings{"correlation c1"});
    after.evaluate(event_text("F", "eve", 2));  // the collector gives it again
    CHECK(after.queued() == Strings{"correlation c1"});
    CHECK(after.ids[0] == after.ids[1]);
    after.evaluate(event_text("F", "bob", 3));
    CHECK(after.queued() == Strings{"correlation c1"});
  }

  TEST_CASE("a damaged state is said, set aside, and not in the way") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    folder.write("state/live.state", "rubbish");
    Live live(folder);
    REQUIRE(live.open(false, true) == Opened::ready);
    CHECK(live.queued() == Strings{"health sigrun-health-state-damaged"});
    for (int i = 0; i < 3; ++i) live.evaluate(event_text("F", "eve", i));
    CHECK(live.queued() == Strings{"correlation c1"});
  }

  TEST_CASE("when-behind: pass: what the correlations cannot take passes unmatched, counted") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    live.live = "  when-behind: pass\n  behind-memory: 1MiB\n";
    REQUIRE(live.open() == Opened::ready);  // nobody works off what waits
    const std::string filler(10'000, 'x');
    size_t dropped = 0;
    for (int i = 0; i < 200; ++i)
      dropped += live.evaluate("{\"F\":\"a\",\"User\":\"" + filler + "\",\"timestamp\":" + std::to_string(noon / second) + "}") == "dropped";
    CHECK(dropped > 50);
    CHECK(dropped < 180);
    CHECK(live.engine->counters().events.dropped == dropped);
    CHECK(live.engine->counters().behind_bytes > 1 << 20);
    REQUIRE(live.engine->flush(live.problem));
    CHECK(live.engine->counters().behind_bytes == 0);
    // What was not let pass has been counted, and now there is room again.
    CHECK(live.engine->counters().correlation.occurrences == 200 - dropped);
    for (int i = 0; i < 3; ++i) CHECK(live.evaluate(event_text("F", "eve", 1)) == "");
    CHECK(live.queued().back() == "correlation c1");
    CHECK(live.engine->counters().events.dropped == dropped);
  }

  TEST_CASE("spool-full: block holds up neither a reload nor callers that are hurried") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1", "{gte: 1}"));
    Live live(folder);
    live.live = "  spool-size: 1MiB\n  alert-rate: 0\n  behind-memory: 1MiB\n";
    REQUIRE(live.open(true) == Opened::ready);
    std::atomic<size_t> evaluated{0};
    std::atomic<bool> enough{false};
    std::thread caller([&] {
      for (; !enough; ++evaluated) {
        const std::string text = event_text("F", "user" + std::to_string(evaluated), 0);
        LiveEngine::Call(*live.engine, "tag").evaluate({HostRecord::Form::json, text, {}}, {}, false);
      }
    });
    while (!live.engine->alerts().blocks()) std::this_thread::yield();
    folder.write("rules/b.yml", rule_text("r2", "{F: b}"));
    CHECK(live.reload() == "1 0 0 0 0");  // nobody has taken anything
    // Nobody takes anything now, either, so that the caller comes to stand.
    for (size_t before = SIZE_MAX; before != evaluated;) {
      before = evaluated;
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    enough = true;
    live.engine->hurry(true);
    caller.join();
    const size_t events = evaluated;
    live.engine->hurry(false);
    live.sent = events;
    CHECK(live.reload() == "0 0 0 0 0");
    size_t correlations = 0;
    for (size_t before = SIZE_MAX; before != correlations;) {
      before = correlations;
      for (const std::string& alert : live.queued()) correlations += alert == "correlation c1";
    }
    CHECK(correlations == events);
    CHECK(live.engine->counters().queue.lost == 0);
  }

  TEST_CASE("inputs beyond the limit share a clock, counted") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    live.live = "  inputs: 4\n";
    REQUIRE(live.open() == Opened::ready);
    for (int i = 0; i < 9; ++i) live.evaluate(event_text("F", "eve", i), "input " + std::to_string(i));
    CHECK(live.queued().size() == 1);
    CHECK(live.engine->counters().inputs_beyond_limit == 5);
    CHECK(live.engine->counters().inputs == 5);
  }

  TEST_CASE("an input may be called as the shared one is: each goes on with its own clock") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    live.live = "  inputs: 3\n";
    for (const uint64_t groups : {0, 1, 1}) {
      REQUIRE(live.open(false, true) == Opened::ready);
      CHECK(live.queued().empty());  // no damaged state above all
      CHECK(live.engine->counters().correlation.groups == groups);
      const std::string names[] = {"(others)", std::string("\0others", 7), std::string("\0\0others", 8), "one too many"};
      for (const std::string& name : names) live.evaluate(event_text("G", "eve", 100), name);
      if (groups == 0) live.evaluate(event_text("F", "eve", 100), "(others)");
      CHECK(live.engine->counters().inputs == 4);
      live.close();
    }
  }

  TEST_CASE("clocks of inputs that do not come back are bounded as inputs are, counted and said") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    live.live = "  inputs: 4\n";
    uintmax_t largest = 0;
    for (int run = 0; run < 6; ++run) {
      REQUIRE(live.open(false, true) == Opened::ready);
      CHECK(live.engine->counters().clocks_dropped == (run < 2 ? 0 : run == 2 ? 3 : 4));  // but for four and the shared one
      CHECK(live.queued() == (run < 2 ? Strings{} : Strings{"health sigrun-health-clocks-dropped"}));
      for (int i = 0; i < 4; ++i) live.evaluate(event_text("G", "eve", run), "run " + std::to_string(run) + " " + std::to_string(i));
      live.close();
      const uintmax_t size = std::filesystem::file_size(folder.path("state/live.state"));
      if (run < 3) largest = size;
      CHECK(size <= largest);
    }
    // The last to be used are the ones that are kept.
    REQUIRE(live.open(false, true) == Opened::ready);
    live.evaluate(event_text("F", "eve", -1000), "run 5 0");
    live.evaluate(event_text("F", "eve", -1000), "run 3 0");
    REQUIRE(live.engine->flush(live.problem));
    CHECK(live.engine->counters().times.late == 1);
  }

  TEST_CASE("reload: state that nothing goes on with is dropped for good, counted and said") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    const auto correlates = [&](bool yes) { folder.write("rules/c.yml", yes ? count_text("c1", "r1") : rule_text("r2", "{G: a}")); };
    for (const bool restarts : {false, true}) {
      CAPTURE(restarts);
      REQUIRE(live.open(false, true) == Opened::ready);
      for (int i = 0; i < 2; ++i) live.evaluate(event_text("F", "eve", i));
      REQUIRE(live.engine->snapshot(live.problem));
      CHECK(std::filesystem::exists(folder.path("state/live.state")));
      correlates(false);
      if (restarts) {
        live.close();
        REQUIRE(live.open(false, true) == Opened::ready);
      } else {
        std::vector<RuleChange> changes;
        LiveEngine::TakenOver groups;
        CHECK(live.engine->reload(changes, live.problem, &groups) == Reloaded::done);
        CHECK(groups.dropped == 1);
        CHECK(groups.kept == 0);
      }
      CHECK(live.queued() == Strings{"health sigrun-health-state-changed"});
      CHECK(live.engine->counters().correlation.not_restored == 1);
      CHECK(live.engine->counters().correlation.groups == 0);
      CHECK_FALSE(std::filesystem::exists(folder.path("state/live.state")));
      correlates(true);
      if (restarts) {
        live.close();
        REQUIRE(live.open(false, true) == Opened::ready);
      } else {
        CHECK(live.reload() == "1 0 1 0 0");
      }
      live.evaluate(event_text("F", "eve", 2));
      CHECK(live.queued().empty());
      for (int i = 3; i < 5; ++i) live.evaluate(event_text("F", "eve", i));
      CHECK(live.queued() == Strings{"correlation c1"});
      live.close();
      std::filesystem::remove(folder.path("state/live.state"));
    }
  }

  TEST_CASE("reload: a match that was on its way goes on with the rules of now, or is counted") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open() == Opened::ready);
    const auto reload_during_a_call = [&](int64_t seconds) {
      const std::string text = event_text("F", "eve", seconds);
      LiveEngine::Call call(*live.engine, "tag");
      call.evaluate({HostRecord::Form::json, text, {}}, {}, false);
      ++live.sent;
      std::vector<RuleChange> changes;
      LiveEngine::TakenOver groups;
      REQUIRE(live.engine->reload(changes, live.problem, &groups) == Reloaded::done);
      return groups;
    };
    for (int i = 0; i < 2; ++i) live.evaluate(event_text("F", "eve", i));
    // Another field of r1 is wanted, and its number is another one.
    folder.write("rules/0.yml", rule_text("r0", "{Z: z}"));
    folder.write("rules/c2.yml", "title: C c2\nid: c2\ncorrelation: {type: event_count, rules: [r1], group-by: [Host], timespan: 1m, condition: {gte: 9}}\n");
    const LiveEngine::TakenOver groups = reload_during_a_call(2);
    CHECK(groups.kept == 1);
    CHECK(groups.dropped == 0);
    CHECK(live.queued() == Strings{"correlation c1"});
    CHECK(live.engine->counters().reload_left_out == 0);
    // Nothing counts it any more; then nothing counts at all.
    folder.write("rules/c.yml", count_text("c3", "r0"));
    std::filesystem::remove(folder.path("rules/c2.yml"));
    folder.write("rules/d.yml", rule_text("r3", "{D: d}"));
    CHECK(reload_during_a_call(3).dropped == 1);
    CHECK(live.queued() == Strings{"health sigrun-health-state-changed"});
    CHECK(live.engine->counters().reload_left_out == 1);
    folder.write("rules/c.yml", rule_text("r4", "{E: e}"));
    {
      const std::string text = R"({"Z":"z"})";
      LiveEngine::Call call(*live.engine, "tag");
      call.evaluate({HostRecord::Form::json, text, {}}, noon, false);
      ++live.sent;
      CHECK(live.reload() == "1 0 1 0 0");
    }
    CHECK(live.queued().empty());
    CHECK(live.engine->counters().reload_left_out == 2);
    CHECK(prometheus_text(*live.engine, "", "1").find("sigrun_reload_left_out_total 2\n") != std::string::npos);
  }

  TEST_CASE("many threads, reloads all the while: no event is lost, none matched twice") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/b.yml", rule_text("r2", "{F: b}"));
    folder.write("rules/c.yml", count_text("c1", "r1", "{gte: 250}"));
    Live live(folder);
    live.live = "  behind-memory: 1MiB\n";
    REQUIRE(live.open(true) == Opened::ready);
    constexpr int threads = 3, each = 2000;
    std::atomic<int> matched{0}, running{threads};
    std::vector<std::thread> callers;
    for (int t = 0; t < threads; ++t)
      callers.emplace_back([&, t] {
        const std::string input = "input " + std::to_string(t);
        for (int i = 0; i < each; ++i) {
          const std::string text = event_text(i % 2 ? "F" : "G", "user" + std::to_string(t), 0), other = R"({"F":"b"})";
          LiveEngine::Call call(*live.engine, input);
          matched += static_cast<int>(call.evaluate({HostRecord::Form::json, text, {}}, {}, false).matches.size());
          matched += static_cast<int>(call.evaluate({HostRecord::Form::json, other, {}}, noon, false).matches.size());
        }
        --running;
      });
    int reloads = 0;
    while (running > 0) {
      folder.write("rules/d.yml", rule_text("d" + std::to_string(reloads % 2), "{D: d}"));
      std::vector<RuleChange> changes;
      std::string problem;
      REQUIRE(live.engine->reload(changes, problem) == Reloaded::done);
      // The first adds a rule; each one after that takes the place of the one before.
      REQUIRE(changes.size() == (reloads == 0 ? 1 : 2));
      ++reloads;
      (void)prometheus_text(*live.engine, "", "1");
    }
    for (std::thread& caller : callers) caller.join();
    live.sent = uint64_t{2} * threads * each;
    CHECK(matched == threads * each);
    // A thousand of each user: an alert when the 250th comes, and none until a minute later.
    CHECK(live.queued() == Strings{"correlation c1", "correlation c1", "correlation c1"});
    CHECK(live.engine->counters().reloads == static_cast<uint64_t>(reloads));
    CHECK(reloads >= 2);
    // Each match was counted, those too that were on their way when rules changed.
    CHECK(live.engine->counters().correlation.occurrences == uint64_t{threads} * each / 2);
    CHECK(live.engine->counters().reload_left_out == 0);
    CHECK(live.engine->counters().correlation.not_restored == 0);
    uint64_t hits = 0;
    for (const auto& [rule, count] : live.engine->rule_matches()) hits += count;
    CHECK(hits == 2u * threads * each / 2 + threads * each / 2);
    MESSAGE("reloads: ", reloads);
  }

  TEST_CASE("the metrics") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r\"1", "{F: a}"));
    folder.write("rules/bad.yml", "title: [\n");
    Live live(folder);
    live.live = "  metrics-file: sigrun.prom\n";
    REQUIRE(live.open() == Opened::ready);
    live.evaluate(R"({"F":"a"})");
    live.evaluate("rubbish");
    const std::string text = prometheus_text(*live.engine, "instance=\"i\"", "0.1.0");
    for (const char* line :
         {"sigrun_events_total{instance=\"i\",outcome=\"processed\"} 1\n", "sigrun_events_total{instance=\"i\",outcome=\"rejected\"} 1\n",
          "sigrun_alerts_total{instance=\"i\",level=\"high\"} 1\n", "sigrun_rule_matches_total{instance=\"i\",rule_id=\"r\\\"1\"} 1\n",
          "sigrun_rules{instance=\"i\",state=\"refused\"} 1\n", "sigrun_ready{instance=\"i\"} 1\n",
          "sigrun_build_info{instance=\"i\",version=\"0.1.0\"} 1\n", "sigrun_reload_success{instance=\"i\"} 1\n"}) {
      INFO(line);
      CHECK(text.find(line) != std::string::npos);
    }
    CHECK(std::filesystem::exists(folder.path("sigrun.prom")));
    live.engine->tick(noon + 11 * second);
    const std::string file = cli::read_whole_file(folder.path("sigrun.prom"));
    CHECK(file.find("sigrun_events_total{outcome=\"processed\"} 1\n") != std::string::npos);
    CHECK(file.find("sigrun_build_info{version=\"0.1.0\"} 1\n") != std::string::npos);
    for (const char* name : {"sigrun_events_unrecognised_total", "sigrun_reload_timestamp_seconds", "sigrun_watermark_lag_seconds",
                             "sigrun_state_bytes", "sigrun_late_events_total", "sigrun_evicted_groups_total", "sigrun_queue_alerts"}) {
      INFO(name);
      CHECK(text.find("# TYPE " + std::string(name) + " ") != std::string::npos);
    }
  }
}
