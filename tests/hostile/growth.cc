#include "hostile/growth.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace sigrun::test {
namespace {

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double best_of_three(const std::string& input, const std::function<void(const std::string&)>& run) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double begin = seconds_now();
    run(input);
    best = std::min(best, seconds_now() - begin);
  }
  return best;
}

}  // namespace

double growth_exponent(size_t size, const std::function<std::string(size_t)>& make,
                       const std::function<void(const std::string&)>& run) {
  const double small = best_of_three(make(size), run), large = best_of_three(make(4 * size), run);
  return std::log(large / std::max(small, 1e-6)) / std::log(4.0);
}

}  // namespace sigrun::test
