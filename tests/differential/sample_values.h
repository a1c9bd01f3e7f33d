// The values that random rules ask for, each with a value of an event that (probably) satisfies it, and the ways in which
// such a value is spoilt.
#pragma once

#include <string>
#include <vector>

#include "differential/random.h"

namespace sigrun::differential {

// A value of an event before it is written as JSON.
struct Sample {
  bool text = true;      // a JSON string of `value`; otherwise `value` is JSON text itself
  std::string value;
};

// What a rule says, as YAML, and what satisfies it.
struct RuleValue {
  std::string yaml;
  Sample sample;
};

// `text` as a YAML scalar that is read as text, in one of YAML's styles.
std::string yaml_text(const std::string& text, Random& random);

// Words of every kind: cases that fold oddly, dashes, backslashes, what looks like numbers.
std::string random_text(Random& random, size_t most_words);
RuleValue random_pattern(Random& random);       // with wildcards and escapes
RuleValue random_literal(Random& random);       // without wildcards, not empty
RuleValue random_dashed(Random& random);        // for windash
RuleValue random_expandable(Random& random);    // for expand
RuleValue random_number(Random& random);
RuleValue random_bool(Random& random);
RuleValue random_null();
RuleValue random_regex(Random& random);
RuleValue random_network(Random& random);
RuleValue random_bound(Random& random, const std::string& order);  // lt, lte, gt, gte
RuleValue random_time_part(Random& random, const std::string& part);

// The placeholders that random_expandable() uses.
const std::vector<std::pair<std::string, std::vector<std::string>>>& sample_placeholders();

std::string encode_utf16(const std::string& text, const std::string& modifier);
std::string encode_base64(const std::string& bytes);

// The same number spelt differently, sometimes as text; sometimes another number.
Sample respelt_number(const std::string& number, Random& random);
// A slightly different value: case, one character more, less or other, another type.
Sample spoilt(const Sample& sample, Random& random);
// Another case of every character that has one: still equal to a case-insensitive comparison.
std::string recased(const std::string& text, Random& random);

}  // namespace sigrun::differential
