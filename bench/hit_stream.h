// Hits of rules as the matcher would hand them to correlations, made from a seed: as many groups, as skewed, as late as asked for.
//
// Order of calls: fill() as often as wanted; watermark() is the one that belongs behind the hits filled so far. Times go on evenly, so
// that an hour holds `hits_of_hour`. The same mix gives the same hits. Lifetimes: the texts that batches point to are the stream's.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/correlation_plan.h"
#include "correlate/occurrence.h"

namespace sigrun::bench {

// What a field's values are drawn from.
struct FieldMix {
  enum class Kind { uniform, zipf, in_turn, number };
  std::string field;
  size_t distinct = 1;
  Kind kind = Kind::uniform;
  std::string
      with;  // another field of the mix: whoever has its value has this field's too, as a device has an address
};

struct HitMix {
  std::vector<FieldMix> fields;
  std::vector<double> sources;  // how often each detection matches, beside the others; empty: all alike
  size_t hits_of_hour = 1 << 20;
  double late_share = 0;  // of the hits that come up to `lateness` behind their place
  int64_t lateness = 120'000'000'000;
  size_t event_bytes = 600;
};

constexpr int64_t hour = 3'600'000'000'000;

class HitStream {
 public:
  HitStream(const CorrelationPlan& plan, HitMix mix);

  // Replaces what is in the batch.
  void fill(OccurrenceBatch& batch, size_t hits);
  int64_t watermark() const { return now_ - mix_.lateness; }

 private:
  uint64_t random();
  double random_share() { return static_cast<double>(random() >> 11) * 0x1p-53; }
  uint64_t draw(size_t field);
  void add_value(size_t field, OccurrenceBatch& batch);

  const CorrelationPlan& plan_;
  HitMix mix_;
  std::vector<double> up_to_;  // by source, shares added up
  std::vector<std::vector<size_t>>
      fields_of_;  // by source, for each captured field its place among the mix's
  std::vector<size_t> with_;  // by field of the mix: which draws for it; itself mostly
  struct Drawn {
    uint64_t number = 0, hit = UINT64_MAX;
  };
  std::vector<Drawn> drawn_;  // by field of the mix, of the hit that drew last
  std::vector<std::string> texts_;
  int64_t now_, step_;
  uint64_t state_ = 1, made_ = 0;
};

}  // namespace sigrun::bench
