// What the selections of a rule, or a detection of a table, ask, once their values are tests: as much as it takes to compile them under
// any spelling of their fields, in a tenth of the memory of the rule model.
//
// Order of calls: take_shape(), which also lists the values; their tests are put into `tests` in that order. Then it is only read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"

namespace sigrun {

// The names of fields, each once. One thread.
class FieldNames {
 public:
  uint32_t add(const std::string& name);
  const std::string& operator[](uint32_t name) const { return *names_[name]; }

 private:
  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::vector<const std::string*> names_;
};

struct RuleShape {
  struct Part {
    sigma::Detection::Kind kind = sigma::Detection::Kind::item;
    bool keyword = false, literal_field = false, match_all = false, negated = false;  // of items
    uint32_t size = 0;  // of items: tests; of others: parts directly below
    uint32_t name = 0;  // of items: in FieldNames
  };
  std::vector<Part> parts;      // each before those below it
  std::vector<uint32_t> tests;  // item by item; no_id: the next of `references`
  std::vector<sigma::FieldReference> references;
};

// Appends the shape of a detection, and what its tests are made of to `values`.
void take_shape(const sigma::Detection& detection, FieldNames& names, RuleShape& shape,
                std::vector<const sigma::Value*>& values);

}  // namespace sigrun
