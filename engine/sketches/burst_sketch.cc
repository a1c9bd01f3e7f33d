#include "sketches/burst_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "support/saved_bytes.h"

namespace sigrun {

float BurstSketch::statistic(const Cell& cell, double ticks) {
  if (cell.total <= 0 || ticks <= 1) return 0;
  const double a = cell.present, s = cell.total, excess = a + s - a * ticks;
  // Less than usual is no burst.
  return excess < 0 ? static_cast<float>(excess * excess / (s * (ticks - 1))) : 0.0f;
}

double BurstSketch::add(uint64_t hash, double ticks) {
  Cell* found[rows];
  for (size_t row = 0; row < rows; ++row) {
    const uint64_t mixed = (hash + row * 0x9E37'79B9'7F4A'7C15) * 0xD6E8'FEB8'6659'FD93;
    found[row] = &cells_[row * columns_ + (mixed >> 32) % columns_];
    found[row]->present += 1;
  }
  // The row with the least of it is the nearest to the truth.
  Cell least = *found[0];
  for (size_t row = 1; row < rows; ++row) {
    least.present = std::min(least.present, found[row]->present);
    least.total = std::min(least.total, found[row]->total);
  }
  const float excess = statistic(least, ticks);
  for (Cell* cell : found) cell->statistic = excess;
  return std::sqrt(excess);
}

void BurstSketch::end_tick(double ticks, double kept, double carried) {
  for (Cell& cell : cells_) {
    const double merged = cell.statistic < anomalous ? cell.present
                          : ticks > 1                ? cell.total / (ticks - 1)
                                                     : 0;
    cell.total = static_cast<float>((cell.total + merged) * kept);
    cell.present = static_cast<float>(cell.present * carried);
  }
}

void BurstSketch::save(std::string& out) const {
  append_bytes(out, static_cast<uint32_t>(columns_));
  for (const Cell& cell : cells_)
    for (float number : {cell.present, cell.total, cell.statistic})
      append_bytes(out, std::bit_cast<uint32_t>(number));
}

bool BurstSketch::restore(std::string_view& saved) {
  uint32_t columns;
  if (!take_bytes(saved, columns) || columns != columns_) return false;
  for (Cell& cell : cells_)
    for (float* number : {&cell.present, &cell.total, &cell.statistic}) {
      uint32_t bits;
      if (!take_bytes(saved, bits)) return false;
      *number = std::bit_cast<float>(bits);
      if (!std::isfinite(*number) || *number < 0) return false;
    }
  return true;
}

}  // namespace sigrun
