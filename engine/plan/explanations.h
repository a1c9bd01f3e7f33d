// How a rule's author wrote its tests, in document order: for an alert's `matches`.
//
// One block of text for a rule: there are tens of thousands of tests, and few of them are ever told.
// Immutable; any number of threads. Explanations are views of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"

namespace sigrun {

struct Explanation {
  std::string_view field;     // empty for keywords
  std::string_view modifier;  // "endswith", "re|i", "" for a plain comparison
  std::string_view pattern;
};

class Explanations {
 public:
  explicit Explanations(const sigma::DetectionRule& rule);
  size_t size() const { return places_.size(); }
  Explanation operator[](size_t value) const;

 private:
  struct Stretch {
    uint32_t begin = 0, size = 0;
  };
  struct Place {
    Stretch field, modifier, pattern;
  };
  Stretch keep(std::string_view text);
  void add(const sigma::Detection& detection);
  std::string_view text_of(Stretch stretch) const {
    return std::string_view(text_).substr(stretch.begin, stretch.size);
  }

  std::string text_;
  std::vector<Place> places_;
};

}  // namespace sigrun
