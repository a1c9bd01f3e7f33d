#include "sigma/header_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "sigma/rule_reader.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

RuleHeader header_of(const std::string& attributes) {
  return test::rules_of("title: T\n" + attributes + "\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}\n").detections.at(0).header;
}

}  // namespace

TEST_CASE("header: attributes") {
  RuleHeader header = header_of(
      "id: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01\nname: my_rule\nstatus: stable\nlevel: critical\nauthor: [A, B]\n"
      "description: D\ntaxonomy: sigma\ntags: [attack.t1059, cve.2024-1]\nowner: team\nextra: {a: b}");
  CHECK(header.file == "r.yml");
  CHECK(header.mark == Mark{1, 1});
  CHECK(header.id == "3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01");
  CHECK(header.name == "my_rule");
  CHECK(header.status == Status::stable);
  CHECK(header.level == Level::critical);
  CHECK(header.author == "A, B");
  CHECK(header.description == "D");
  CHECK(header.taxonomy == "sigma");
  CHECK(header.tags == std::vector<std::string>{"attack.t1059", "cve.2024-1"});
  CHECK(header.custom == std::vector<std::pair<std::string, std::string>>{{"owner", "team"}});
}

TEST_CASE("header: levels and statuses have an order and round-trip") {
  CHECK(Level::none < Level::informational);
  CHECK(Level::high < Level::critical);
  CHECK(Status::experimental < Status::test);
  for (std::string_view name : {"informational", "low", "medium", "high", "critical"}) CHECK(level_name(*parse_level(name)) == name);
  for (std::string_view name : {"unsupported", "deprecated", "experimental", "test", "stable"}) CHECK(status_name(*parse_status(name)) == name);
  CHECK_FALSE(parse_level(""));
  CHECK_FALSE(parse_level("High"));
  CHECK_FALSE(parse_status("none"));
}

TEST_CASE("header: limit of a title's characters, not bytes") {
  auto with_title = [](const std::string& title) { return "title: " + title + "\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}\n"; };
  std::string longest;
  for (int i = 0; i < 256; ++i) longest += "ä";
  CHECK(test::diagnostics_of(with_title(longest)) == "");
  CHECK(test::diagnostics_of(with_title(longest + "x")) == "r.yml:1:1: error: the title has 257 characters; at most 256 are allowed");
}

TEST_CASE("log source: covering is equality of the attributes that are set") {
  LogSource windows{"windows", "", "", {}}, creation{"windows", "process_creation", "", {}}, linux_{"linux", "process_creation", "", {}};
  CHECK(windows.covers(creation));
  CHECK_FALSE(creation.covers(windows));
  CHECK(LogSource{}.covers(linux_));
  CHECK_FALSE(windows.covers(linux_));
  CHECK(creation.to_string() == "product=windows category=process_creation");
  CHECK(LogSource{"", "", "sshd", {}}.to_string() == "service=sshd");
  CHECK(LogSource{}.to_string() == "");
}

TEST_CASE("log source: read in lower case, definition and unknown keys left alone") {
  auto set = test::rules_of("title: T\nlogsource: {product: Windows, service: ~, definition: 'x', other: y}\ndetection: {s: {a: b}, condition: s}\n");
  CHECK(set.detections[0].logsource.to_string() == "product=windows");
}

TEST_CASE("header: what a rule without an id is called: its file's stem; behind the first rule of the file with its name or number") {
  const std::string rest = "logsource: {product: p}\ndetection: {s: {a: b}, condition: s}\n---\n";
  DiagnosticSink sink("folder/login.yml");
  // A refused document and one with an id count; an action is no rule.
  const RuleFile file = read_rules("action: global\nlevel: low\n---\ntitle: A\nname: first\n" + rest + "title: B\n" + rest + "title: C\nname: third\n" + rest +
                                       "title: broken\n---\ntitle: E\nid: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01\n" + rest + "title: F\n" + rest,
                                   {}, sink);
  REQUIRE(file.detections.size() == 5);
  std::string called;
  for (const DetectionRule& rule : file.detections) called += rule.header.identity() + " ";
  CHECK(called == "login login#2 login#third 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01 login#6 ");
}
