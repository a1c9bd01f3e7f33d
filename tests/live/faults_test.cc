// The host is killed, the disk is full: what was in the spool comes out.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "live/live_fixture.h"
#include "live/metrics.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

// The largest file that this process may write.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    before_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit lower = limit_;
    lower.rlim_cur = bytes;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &lower) == 0);
  }
  ~FileSizeLimit() { lift(); }
  void lift() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int);
};

// A collector: evaluates events for ever and tells which of them are done. Does not return.
[[noreturn]] void evaluate_for_ever(const std::string& folder, int pipe) {
  LiveEngine engine;
  std::string problem;
  const auto opened = engine.open(
      [&](std::string& why) {
        DiagnosticSink sink("sigrun.yaml");
        auto configuration = load_configuration(folder + "/sigrun.yaml", sink);
        if (!configuration) why = sink.first_error();
        return configuration;
      },
      {}, LiveOptions::OnLoadError::fail, problem);
  if (opened != LiveEngine::Opened::ready) _exit(1);
  for (uint32_t number = 0;; ++number) {
    const std::string text = "{\"F\":\"a\",\"n\":" + std::to_string(number) + "}";
    {
      LiveEngine::Call call(engine, "tag");
      call.evaluate({HostRecord::Form::json, text, {}}, noon, false);
    }
    if (write(pipe, &number, sizeof number) != sizeof number) _exit(1);
  }
}

}  // namespace

TEST_SUITE("live faults") {
  TEST_CASE("kill -9: no alert that was found is lost, and none comes twice") {
    std::mt19937 random(20'261'123);
    uint32_t events = 0;
    for (int run = 0; run < 12; ++run) {
      cli::TemporaryFolder folder;
      folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
      folder.write("sigrun.yaml", "rules: rules\ntaxonomy: none\nstate: {folder: state}\nlive: {queue-detections: yes, spool-size: 64MiB}\n");
      int ends[2];
      REQUIRE(pipe(ends) == 0);
      const pid_t child = fork();
      if (child == 0) {
        close(ends[0]);
        evaluate_for_ever(folder.path(), ends[1]);
      }
      close(ends[1]);
      std::this_thread::sleep_for(std::chrono::milliseconds(150 + random() % 100));
      kill(child, SIGKILL);
      uint32_t number = 0, done = 0;
      while (read(ends[0], &number, sizeof number) == sizeof number) done = number + 1;
      close(ends[0]);
      waitpid(child, nullptr, 0);
      events += done;
      AlertQueue queue(folder.path("state/alerts"), {});
      REQUIRE(queue.open());
      uint32_t expected = 0;
      queue.take(0, SIZE_MAX, [&](uint64_t sequence, const std::string& json) {
        CHECK(json.find("\"n\":" + std::to_string(expected) + "}") != std::string::npos);
        CHECK(sequence == ++expected);
        return AlertQueue::Answer::more;
      });
      CHECK(expected >= done);
      CHECK(expected <= done + 1);
      CHECK(queue.counters().damaged == 0);
    }
    CHECK(events > 0);
    MESSAGE("events until the kills: ", events);
  }

  TEST_CASE("a full disk is a full spool: who has an alert waits, and nothing is lost") {
    cli::TemporaryFolder folder;
    LiveOptions options;
    AlertQueue queue(folder.path("alerts"), options);
    REQUIRE(queue.open());
    constexpr size_t alerts = 200;
    FileSizeLimit limit(20'000);
    std::thread producer([&] {
      for (size_t i = 0; i < alerts; ++i) queue.put("r", "{\"n\":" + std::to_string(i) + ",\"x\":\"" + std::string(500, 'x') + "\"}", noon);
    });
    while (!queue.blocks()) std::this_thread::yield();
    CHECK(queue.error().find("cannot be written") != std::string::npos);
    limit.lift();
    producer.join();
    size_t taken = 0, health = 0;
    queue.take(0, SIZE_MAX, [&](uint64_t, const std::string& json) {
      if (json.find("\"kind\":\"health\"") != std::string::npos) {
        ++health;
        return AlertQueue::Answer::more;
      }
      CHECK(json.starts_with("{\"n\":" + std::to_string(taken++) + ","));
      return AlertQueue::Answer::more;
    });
    CHECK(taken == alerts);
    CHECK(health == 1);
    CHECK(queue.counters().lost == 0);
  }

  TEST_CASE("alerts that cannot be forced to the disk: flush and snapshot fail, counted, and said once") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open(false, true) == LiveEngine::Opened::ready);
    std::string problem;
    CHECK(live.engine->flush(problem));
    // The first segment is a pipe: written as any file, and on no disk.
    REQUIRE(mkfifo(folder.path("state/alerts/00000000000000000001.alerts").c_str(), 0600) == 0);
    for (int i = 0; i < 3; ++i) live.evaluate(event_text("F", "eve", i));
    CHECK_FALSE(live.engine->flush(problem));
    CHECK(problem.find("cannot be forced to the disk") != std::string::npos);
    problem.clear();
    CHECK_FALSE(live.engine->snapshot(problem));
    CHECK(problem.find("cannot be forced to the disk") != std::string::npos);
    const LiveCounters counters = live.engine->counters();
    CHECK(counters.spool_syncs_failed == 2);
    CHECK(counters.snapshots == 0);
    CHECK(counters.queue.health == 1);
    CHECK(prometheus_text(*live.engine, "", "1").find("sigrun_spool_syncs_failed_total 2\n") != std::string::npos);
  }

  TEST_CASE("a snapshot where nothing is to be kept does not tell of an earlier failure") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open(false, true) == LiveEngine::Opened::ready);
    std::string problem;
    {
      FileSizeLimit limit(2'000);
      CHECK_FALSE(live.engine->snapshot(problem));
    }
    folder.write("rules/c.yml", rule_text("r2", "{G: a}"));
    CHECK(live.reload() == "1 0 1 0 0");
    problem.clear();
    CHECK(live.engine->snapshot(problem));
    CHECK(problem.empty());
  }

  TEST_CASE("metrics that cannot be written: the file before stays, counted, and said once") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    Live live(folder);
    live.live = "  metrics-file: sigrun.prom\n";
    REQUIRE(live.open() == LiveEngine::Opened::ready);
    const std::string before = cli::read_whole_file(folder.path("sigrun.prom"));
    {
      FileSizeLimit limit(100);  // the first part of it is written
      live.engine->tick(noon + 11 * second);
      live.engine->tick(noon + 22 * second);
    }
    CHECK(live.engine->counters().metrics_failed == 2);
    CHECK(live.queued() == Strings{"health sigrun-health-metrics-not-written"});
    CHECK(cli::read_whole_file(folder.path("sigrun.prom")) == before);
    CHECK_FALSE(std::filesystem::exists(folder.path("sigrun.prom.new")));
    live.engine->tick(noon + 33 * second);
    CHECK(cli::read_whole_file(folder.path("sigrun.prom")).find("sigrun_metrics_failed_total 2\n") != std::string::npos);
  }

  TEST_CASE("a state that cannot be written is said once, and evaluation goes on") {
    cli::TemporaryFolder folder;
    folder.write("rules/a.yml", rule_text("r1", "{F: a}"));
    folder.write("rules/c.yml", count_text("c1", "r1"));
    Live live(folder);
    REQUIRE(live.open(false, true) == LiveEngine::Opened::ready);
    for (int i = 0; i < 2; ++i) live.evaluate(event_text("F", "eve", i));
    std::string problem;
    {
      FileSizeLimit limit(2'000);
      for (int i = 0; i < 3; ++i) CHECK_FALSE(live.engine->snapshot(problem));
      CHECK(problem.find("live.state.new: cannot be written") != std::string::npos);
    }
    CHECK(live.engine->counters().snapshots_failed == 3);
    CHECK(live.queued() == Strings{"health sigrun-health-state-not-written"});
    CHECK(live.engine->snapshot(problem));
    live.evaluate(event_text("F", "eve", 2));
    CHECK(live.queued() == Strings{"correlation c1"});
  }
}
