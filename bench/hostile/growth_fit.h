// How fast something grows: the exponent e of the "time ~ size^e" that fits best, by least squares of the
// logarithms. Pure.
#pragma once

#include <span>

namespace sigrun::bench {

struct Measured {
  double size = 0, time = 0;  // both above 0
};

// Of two points or more; 0 of fewer.
double growth_exponent(std::span<const Measured> points);

}  // namespace sigrun::bench
