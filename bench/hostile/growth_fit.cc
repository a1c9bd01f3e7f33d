#include "growth_fit.h"

#include <cmath>

namespace sigrun::bench {

double growth_exponent(std::span<const Measured> points) {
  if (points.size() < 2) return 0;
  double mean_x = 0, mean_y = 0;
  for (const Measured& point : points) {
    mean_x += std::log(point.size) / static_cast<double>(points.size());
    mean_y += std::log(point.time) / static_cast<double>(points.size());
  }
  double products = 0, squares = 0;
  for (const Measured& point : points) {
    const double x = std::log(point.size) - mean_x;
    products += x * (std::log(point.time) - mean_y);
    squares += x * x;
  }
  return squares > 0 ? products / squares : 0;
}

}  // namespace sigrun::bench
