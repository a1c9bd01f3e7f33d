#include "cli/profile.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/terminal.h"

using namespace sigrun;
using namespace sigrun::cli;

namespace {

std::vector<std::shared_ptr<const RuleInfo>> rules_called(const std::vector<std::string>& titles) {
  std::vector<std::shared_ptr<const RuleInfo>> rules;
  for (const std::string& title : titles) {
    auto rule = std::make_shared<RuleInfo>();
    rule->title = title;
    rule->file = "rules/" + title + ".yml";
    rule->line = 1;
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_SUITE("cli profile") {
  TEST_CASE("the dearest first, then the others, then what is shared; the shares make the whole") {
    RuleCosts costs;
    costs.nanoseconds = 100'000'000;
    costs.rules = {{10, 1, 5'000'000}, {0, 0, 0}, {2000, 3, 20'000'000}, {1, 0, 2'500'000}};
    CHECK(
        format_profile(costs, rules_called({"cheap", "never", "dear", "least"}), 2, 100) ==
        "   TIME ms  SHARE  CANDIDATES        HITS   us EACH  RULE                         FILE\n"
        "      20.0 20.0 %       2,000           3     10.00  dear                         rules/dear.yml:1\n"
        "       5.0  5.0 %          10           1    500.00  cheap                        "
        "rules/cheap.yml:1\n"
        "       2.5  2.5 %           1           0   2500.00  1 other rule\n"
        "      72.5 72.5 %           -           -         -  shared: reading events, finding candidates, "
        "writing alerts\n"
        "3 of 4 rules tried on at least one event; 100.0 ms in all");
  }

  TEST_CASE("titles and paths are made printable and cut to the width") {
    RuleCosts costs;
    costs.rules = {{1, 1, 5}};
    const std::string text =
        format_profile(costs, rules_called({std::string(200, 'x') + "\x1b[2J"}), 20, 100);
    CHECK_FALSE(has(text, "\x1b"));
    const std::string row = text.substr(text.find('\n') + 1);
    CHECK(display_width(row.substr(0, row.find('\n'))) <= 100);
  }

  TEST_CASE("nothing tried, nothing measured") {
    CHECK(has(format_profile({}, {}, 20, 100), "0 of 0 rules"));
    RuleCosts costs;
    costs.rules = {{0, 0, 0}};
    CHECK(has(format_profile(costs, rules_called({"a"}), 20, 100), "0 of 1 rule tried"));
  }

  TEST_CASE("numbers of rows") {
    CHECK(parse_profile_rows("20") == 20);
    CHECK(parse_profile_rows("all") == SIZE_MAX);
    for (const char* wrong : {"", "0", "-1", "5x", "ALL", "1.5", "99999999999999999999999"})
      CHECK_FALSE(parse_profile_rows(wrong));
  }
}
