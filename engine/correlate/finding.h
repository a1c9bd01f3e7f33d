// What an analytic found beside what a correlation says: how unusual it is, in its own unit and in one for all.
// Plain values that own what they hold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

struct Finding {
  std::string_view unit;  // of Firing::value: "z", "km/h", "share"; a constant
  double score =
      0;  // 0 to 100: this part of what the rule has seen was less unusual, lowered by its ceilings
  double surprise = 0;         // −log10 of the probability of something as unusual
  int64_t baseline_age = 0;    // nanoseconds that the entity has been known
  uint64_t baseline_size = 0;  // events or buckets that it is made of
  struct Contribution {
    std::string name, text;  // of a field, or of what was expected
  };
  std::vector<Contribution> contributions;  // what tells most first
};

}  // namespace sigrun
