// What rules look for, by field: the material that hostile events are made of. Whoever sends events can read
// public rules.
//
// Built once from the loaded rule model, immutable.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma/rule.h"

namespace sigrun::bench {

struct FieldTexts {
  std::vector<std::string> literals;                // of text patterns, each once, in the order of rules
  std::vector<std::vector<std::string>> wildcards;  // the literals of patterns that have several
  std::vector<std::string> regex_literals;          // what regular expressions cannot match without
  std::string commonest, longest, shortest;         // literals
};

class RuleTexts {
 public:
  explicit RuleTexts(const std::vector<sigma::DetectionRule>& rules);
  // Of a field as rules name it; the empty name is that of keywords. A field without texts has those of all
  // fields.
  const FieldTexts& of(std::string_view field) const;
  // Fields, those with the most literals first.
  const std::vector<std::string>& fields() const { return fields_; }
  // Pairs of fields that a rule compares with one another.
  const std::vector<std::pair<std::string, std::string>>& references() const { return references_; }

 private:
  std::map<std::string, FieldTexts, std::less<>> by_field_;
  FieldTexts all_;
  std::vector<std::string> fields_;
  std::vector<std::pair<std::string, std::string>> references_;
};

}  // namespace sigrun::bench
