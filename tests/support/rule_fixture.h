// Rules in memory, for tests of the stages: what reading one says, and whether it matches an event.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/json_walker.h"
#include "match/matcher.h"
#include "plan/plan_builder.h"
#include "sigma/rule_set.h"
#include "sigma/taxonomy.h"
#include "support/limits.h"

namespace sigrun::test {

// Everything that reading and linking one file of rules says, a line each; the file is called r.yml.
std::string diagnostics_of(std::string_view yaml, const Limits& limits = {});

// The rules of one text, linked. Fails the test on any error.
sigma::RuleSet rules_of(std::string_view yaml, const Limits& limits = {});

// One rule of `product: test` whose detection is `detection`, each line of it indented by two.
std::string rule_with(std::string_view detection);
// The same with one selection `selection` that holds `items`, each line indented by four.
std::string rule_with_items(std::string_view items);

// The value of the only item of a rule with `item`. Fails the test if it cannot be read.
sigma::DetectionItem item_of(std::string_view item);
// What reading a rule with one item says: the message alone, "" if nothing.
std::string refusal_of(std::string_view item, const Limits& limits = {});

// Rules, tables and a plan over them, ready to match.
class Bench {
 public:
  explicit Bench(std::string_view rules, std::string_view tables = {}, Routing routing = Routing::off, sigma::LogSource fixed = {},
                 const Limits& limits = {}, CostClock clock = CostClock(), TimeOptions time = {});

  struct Result {
    JsonWalker::Outcome outcome = JsonWalker::Outcome::sound;
    std::vector<std::string> titles;  // of the rules that hit
    bool unrecognised = false;
  };
  Result match(std::string_view event);
  // Titles joined by commas.
  std::string hits(std::string_view event);
  // The `matches` of the first hit: field, modifier, pattern and value, joined by '|', a line each.
  std::string explain(std::string_view event);
  Matcher& matcher() { return *matcher_; }
  const Plan& plan() const { return *plan_; }

 private:
  std::string padded_;
  Limits limits_;
  sigma::RuleSet rules_;
  std::vector<sigma::TaxonomyTable> tables_;
  std::unique_ptr<const Plan> plan_;
  std::unique_ptr<const CandidateIndex> index_;
  std::unique_ptr<Matcher> matcher_;
};

// Whether a rule with these items matches the event, field names taken literally.
bool matches(std::string_view items, std::string_view event);
// The same for a whole `detection` (selections and condition).
bool detection_matches(std::string_view detection, std::string_view event);

// A seed for a random test, printed; SIGRUN_TEST_SEED sets it.
uint64_t announce_seed(const char* test);

}  // namespace sigrun::test
