#include "support/diagnostic.h"

#include <doctest/doctest.h>

using namespace sigrun;

TEST_CASE("diagnostic: place, severity and message") {
  CHECK(Diagnostic{Severity::error, "a.yml", {3, 7}, "bad"}.to_string() == "a.yml:3:7: error: bad");
  CHECK(Diagnostic{Severity::warning, "a.yml", {}, "odd"}.to_string() == "a.yml: warning: odd");
  CHECK(Diagnostic{Severity::note, "", {2, 1}, "see"}.to_string() == "2:1: note: see");
  CHECK(Diagnostic{Severity::error, "", {}, "bad"}.to_string() == "error: bad");
}

TEST_CASE("diagnostic: a sink counts errors, keeps the order and can be emptied") {
  DiagnosticSink sink("f");
  sink.warning({1, 1}, "w");
  sink.error({2, 1}, "e");
  sink.append({Severity::error, "other", {4, 4}, "x"});
  CHECK(sink.error_count() == 2);
  auto taken = sink.take();
  REQUIRE(taken.size() == 3);
  CHECK(taken[1].to_string() == "f:2:1: error: e");
  CHECK(taken[2].to_string() == "other:4:4: error: x");
  CHECK(sink.error_count() == 0);
  CHECK(sink.diagnostics().empty());
}
