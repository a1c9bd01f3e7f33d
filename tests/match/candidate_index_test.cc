#include "match/candidate_index.h"

#include <doctest/doctest.h>

#include <vector>

#include "plan/plan_builder.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

std::unique_ptr<const Plan> plan_of(std::string_view yaml) {
  const Limits limits;
  const sigma::RuleSet rules = test::rules_of(yaml, limits);
  return build_plan({rules.detections, {}, Routing::off, {}, limits});
}

std::vector<FieldTriggers> fields_of(const CandidateIndex& index) {
  std::vector<FieldTriggers> fields;
  for (const Gate& gate : index.gates) fields.insert(fields.end(), gate.fields.begin(), gate.fields.end());
  return fields;
}

// What the index of the field finds in a text, as tests of the plan.
std::vector<const Test*> found_in(std::string_view text, const FieldTriggers& field,
                                  const CandidateIndex& index, const Plan& plan) {
  SlotTable table(plan.paths.slot_count());
  std::string padded(text);
  padded.append(64, '\0');
  EventValue& value = table.add(0, ValueKind::text, false, std::string_view(padded).substr(0, text.size()));
  LiteralScratch scratch;
  std::vector<const Test*> found;
  index.values_of(field).find(value, table, scratch, [&](const ValueIndex::Entry& entry) {
    REQUIRE(field.first + entry.subject < field.last);
    found.push_back(&plan.predicates[index.triggers[field.first + entry.subject].predicate].test);
  });
  return found;
}

constexpr std::string_view two_fields_asked_the_same = R"(
title: T
logsource: {product: windows}
detection:
  selection:
    Image|endswith: ['\one.exe', '\two.exe', '\three.exe']
  other:
    Parent|endswith: ['\one.exe', '\two.exe', '\three.exe']
  third:
    Parent2|endswith: ['\one.exe', '\two.exe', '\four.exe']
  condition: 1 of them
)";

}  // namespace

TEST_CASE("candidate index: fields that are asked the same share an index, others do not") {
  const auto plan = plan_of(two_fields_asked_the_same);
  const CandidateIndex index(*plan);
  const auto fields = fields_of(index);
  REQUIRE(fields.size() == 3);
  size_t same = 0;
  for (size_t i = 0; i < fields.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      CHECK(fields[i].first != fields[j].first);
      same += &index.values_of(fields[i]) == &index.values_of(fields[j]);
    }
  CHECK(same == 1);
}

TEST_CASE(
    "candidate index: whichever field of those that share an index is asked, its own triggers are found") {
  const auto plan = plan_of(two_fields_asked_the_same);
  const CandidateIndex index(*plan);
  for (const FieldTriggers& field : fields_of(index)) {
    REQUIRE(field.last - field.first == 3);
    CHECK(found_in("c:\\\\x\\\\ONE.exe", field, index, *plan).size() == 1);
    CHECK(found_in("c:\\\\x\\\\one.exe2", field, index, *plan).empty());
    for (TriggerId id = field.first; id < field.last; ++id)
      CHECK(plan->predicates[index.triggers[id].predicate].field == field.field);
  }
}
