// How much more there is of a key now than there was on average, for any number of keys in constant memory: MIDAS-F's filtering core for one kind of key.
//
// Two rows of counters (Cormode and Muthukrishnan, "An Improved Data Stream Summary: The Count-Min Sketch", 2005) hold what came in the present tick and what came
// in all; add() tells by how many standard deviations the present exceeds the average tick: √((a − s/t)² t² / (s (t − 1))), with a and s of the present and of all
// ticks (Bhatia, Liu, Hooi, Yoon, Shin and Faloutsos, "Real-time Anomaly Detection in Edge Streams", TKDD 16(4), 2022). At the end of a tick
// what was held to be anomalous is not merged into the total; half of the present goes over into the next tick.
//
// The error is that of the sketch: a key may be told to have more than it has. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class BurstSketch {
 public:
  explicit BurstSketch(size_t columns = 2048) : columns_(columns), cells_(rows * columns) {}

  // Counts the key in the present tick and tells its excess, 0 or more. `ticks`: that there were with the present one, decayed as end_tick() decays.
  double add(uint64_t hash, double ticks);
  // `kept`: the weight that all so far keeps, from 0 to 1. `carried`: of the present that goes over.
  void end_tick(double ticks, double kept, double carried);

  size_t bytes() const { return cells_.size() * sizeof(Cell); }
  void save(std::string& out) const;
  bool restore(std::string_view& saved);

 private:
  static constexpr size_t rows = 2;
  // Beyond it a tick is not merged: a χ² that chance does not bring about.
  static constexpr float anomalous = 1000;
  struct Cell {
    float present = 0, total = 0, statistic = 0;
  };
  static float statistic(const Cell& cell, double ticks);

  size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace sigrun
