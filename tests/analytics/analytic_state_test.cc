// Analytics with state: a scan in two parts is the scan of the whole.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "alert/render.h"
#include "analytics/analytic_fixture.h"
#include "support/engine_fixture.h"

using namespace sigrun;
using test::event_at;

namespace {

constexpr int64_t hour = 3600, day = 24 * hour;

const std::string rules = R"(title: Failure
name: failure
logsource: {product: any}
detection: {s: {action: failure}, condition: s}
---
title: Above the norm
id: 0d9e3c1a-91a5-44d0-a3b5-0d6f3f2b7c04
correlation: {type: event_count, rules: [failure], group-by: [user], timespan: 1h, condition: {gte: 5}}
analytic: {type: deviation, history: 14d, season: hour-of-day, warmup: 2d, condition: {gte: 4}}
---
title: Distinct hosts above the norm
id: 0d9e3c1a-91a5-44d0-a3b5-0d6f3f2b7c05
correlation: {type: value_count, rules: [failure], group-by: [user], timespan: 1h, condition: {field: host, gte: 3}}
analytic: {type: deviation, history: 14d, warmup: 2d, condition: {gte: 4}}
---
title: New host
id: 0d9e3c1a-91a5-44d0-a3b5-0d6f3f2b7c06
logsource: {product: any}
detection: {s: {action: failure}, condition: s}
analytic: {type: novelty, of: [user, host], per: [user], history: 30d, warmup: 1d}
---
title: Few have it
id: 0d9e3c1a-91a5-44d0-a3b5-0d6f3f2b7c07
logsource: {product: any}
detection: {s: {action: failure}, condition: s}
analytic: {type: novelty, of: [host], across: [user], history: 30d, warmup: 1d, condition: {lte: 2}}
---
title: Burst
id: 0d9e3c1a-91a5-44d0-a3b5-0d6f3f2b7c08
logsource: {product: any}
detection: {s: {action: failure}, condition: s}
analytic: {type: burst, of: [user, host], every: 10m, history: 30d, warmup: 1d, condition: {gte: 15}}
)";

std::string fortnight() {
  std::string events;
  for (int64_t at = 0; at < 14 * day; at += 600)
    for (int user = 0; user < 5; ++user) {
      const int64_t odd = (at / 600 * 31 + user * 17) % 997;
      const int count = odd == 3 ? 40 : odd % 7 == 0;
      for (int i = 0; i < count; ++i)
        events += event_at(at + i, fmt::format(R"("action":"failure","user":"u{}","host":"h{}")", user,
                                               odd == 3 ? 100 + i % 9 : user + odd % 3));
    }
  return events;
}

}  // namespace

TEST_CASE("analytics: fourteen days with a restart in the middle give the alerts of the whole") {
  const std::string events = fortnight();
  const size_t middle = events.find('\n', events.size() / 2) + 1;
  test::Loaded loaded;
  loaded.write("rules/r.yml", rules).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  const auto scan_part = [&](const std::string& text, const std::string& state, unsigned threads) {
    const std::string path = loaded.folder.write("events.ndjson", text);
    ScanOptions options;
    options.threads = threads;
    options.state = {loaded.folder.path(state), 1e9, 1};
    std::vector<std::string> told;
    ScanObserver observer;

    observer.alert = [&](const Alert& alert) {
      if (alert.kind != AlertKind::analytic) return;
      std::string& line = told.emplace_back();
      render_ndjson(alert, line);
    };
    CHECK(scan(*loaded.engine, {path}, options, observer).counters.balanced());
    return told;
  };
  const std::vector<std::string> whole = scan_part(events, "whole", 1);
  CHECK(whole.size() > 20);
  for (const unsigned threads : {1u, 2u, 7u}) {
    const std::string state = fmt::format("parts-{}", threads);
    std::vector<std::string> parts = scan_part(events.substr(0, middle), state, threads);
    for (std::string& alert : scan_part(events, state, threads)) parts.push_back(std::move(alert));
    CHECK(parts == whole);
  }
}
