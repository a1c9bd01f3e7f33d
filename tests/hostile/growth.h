// How the time of something grows with its size: what tells a quadratic algorithm from a slow machine.
#pragma once

#include <functional>
#include <string>

namespace sigrun::test {

// The exponent e in "time ~ size^e" between `size` and four times that, from processor time of this thread; the best of
// several runs each. `make` builds the input, whose time does not count.
double growth_exponent(size_t size, const std::function<std::string(size_t)>& make,
                       const std::function<void(const std::string&)>& run);

// Above 1 for caches and the noise of a busy machine; what is quadratic has 2.
inline constexpr double most_growth = 1.6;

}  // namespace sigrun::test
