// Random rules and random events that nearly satisfy them.
//
// A rule comes with the values its items ask for; events are built from the values of one rule, most of them kept, some
// spoilt, at flat, nested and conflicting paths, so that many (rule, event) pairs match and most of the others miss narrowly.
// Everything follows from the seed.
#pragma once

#include <string>
#include <vector>

#include "differential/json_tree.h"
#include "differential/random.h"
#include "differential/sample_values.h"

namespace sigrun::differential {

// A value that one item of the rule wants at a field; an empty field: anywhere (keywords).
struct Wanted {
  std::string field;
  Sample sample;
};

struct GeneratedRule {
  std::string yaml;
  // By selection, by alternative (a list of maps has several): what satisfies it.
  std::vector<std::vector<std::vector<Wanted>>> selections;
};

GeneratedRule generate_rule(Random& random, size_t number);
JsonTree generate_event(const GeneratedRule& rule, Random& random);

}  // namespace sigrun::differential
