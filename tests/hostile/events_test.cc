// Events made to be expensive: what they may cost is bounded, and reaching a bound is counted.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/engine_fixture.h"

using namespace sigrun;

namespace {

std::string rule(const std::string& title, const std::string& selection) {
  return "title: " + title + "\nlogsource: {product: test}\ndetection:\n  s: " + selection +
         "\n  condition: s\n---\n";
}

}  // namespace

TEST_SUITE("hostile events") {
  TEST_CASE("small events that fire many rules: the same alerts, however few are held at a time") {
    std::string events;
    for (int i = 0; i < 300; ++i) {
      events += i % 7 == 3   ? "{\"F\": \"x\n"
                : i % 7 == 5 ? "nonsense\n"
                             : "{\"F\": \"x\", \"n\": " + std::to_string(i) + "}\n";
    }
    std::vector<std::vector<std::string>> ids;
    std::vector<Counters> counters;
    std::vector<size_t> rejections;
    for (size_t alert_bytes : {size_t{1}, size_t{5'000}, Limits().alert_bytes}) {
      for (unsigned threads : {1u, 3u}) {
        test::Loaded loaded;
        for (int i = 0; i < 20; ++i)
          loaded.write("rules/" + std::to_string(i) + ".yml", rule("R" + std::to_string(i), "{F: x}"));
        loaded.options.limits.alert_bytes = alert_bytes;
        loaded.load();
        REQUIRE(loaded.engine);
        test::Scanned scanned = test::scan_events(*loaded.engine, events, threads);
        ids.emplace_back();
        for (const Alert& alert : scanned.alerts) ids.back().push_back(alert.id.c_str());
        counters.push_back(scanned.result.counters);
        rejections.push_back(scanned.rejected.size() + scanned.result.rejections_not_shown);
      }
    }
    CHECK(counters[0].in > 250);
    CHECK(ids[0].size() == 20 * counters[0].processed);
    for (size_t i = 1; i < ids.size(); ++i) {
      CHECK(ids[i] == ids[0]);
      CHECK(counters[i].in == counters[0].in);
      CHECK(counters[i].processed == counters[0].processed);
      CHECK(counters[i].rejected == counters[0].rejected);
      CHECK(counters[i].alerts() == counters[0].alerts());
      CHECK(rejections[i] == rejections[0]);
    }
  }

  TEST_CASE("the engine says where it stopped") {
    test::Loaded loaded;
    loaded.write("rules/r.yml", rule("R", "{F: x}")).load();
    REQUIRE(loaded.engine);
    EventBatch batch;
    for (int i = 0; i < 3; ++i) {
      batch.events.push_back({batch.bytes.size(), 9, batch.bytes.size(), 1});
      batch.bytes.append("{\"F\":\"x\"}");
    }
    batch.rejected.push_back({0, 1, "why"});
    auto scratch = loaded.engine->make_scratch();
    std::vector<Alert> alerts;
    Counters counters;
    CHECK(loaded.engine->evaluate_some(batch, 0, 1, "input", *scratch, alerts, counters, nullptr) == 1);
    CHECK(counters.in == 2);
    CHECK(loaded.engine->evaluate_some(batch, 1, SIZE_MAX, "input", *scratch, alerts, counters, nullptr) ==
          3);
    CHECK(counters.in == 4);
    CHECK(counters.rejected == 1);
    CHECK(counters.processed == 3);
    CHECK(alerts.size() == 3);
  }
}
