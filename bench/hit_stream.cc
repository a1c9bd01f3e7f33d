#include "hit_stream.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace sigrun::bench {
namespace {

constexpr int64_t first_time = 1'767'225'600'000'000'000;  // 2026-01-01
constexpr size_t text_count = 64;

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t scramble(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

HitStream::HitStream(const CorrelationPlan& plan, HitMix mix)
    : plan_(plan),
      mix_(std::move(mix)),
      texts_(text_count, std::string(mix_.event_bytes, 'e')),
      now_(first_time),
      step_(std::max<int64_t>(1, hour / static_cast<int64_t>(mix_.hits_of_hour))) {
  mix_.sources.resize(plan.detections, mix_.sources.empty() ? 1.0 : 0.0);
  double sum = 0;
  for (double share : mix_.sources) up_to_.push_back(sum += share);
  const auto place_of = [&](const std::string& field) {
    const auto known = std::find_if(mix_.fields.begin(), mix_.fields.end(),
                                    [&](const FieldMix& of) { return of.field == field; });
    return static_cast<size_t>(known - mix_.fields.begin());
  };
  drawn_.resize(mix_.fields.size());
  for (size_t field = 0; field < mix_.fields.size(); ++field)
    with_.push_back(mix_.fields[field].with.empty() ? field : place_of(mix_.fields[field].with));
  for (size_t source = 0; source < plan.detections; ++source) {
    std::vector<size_t>& places = fields_of_.emplace_back();
    for (const std::string& field : plan.captured[source]) places.push_back(place_of(field));
  }
}

uint64_t HitStream::random() { return scramble(state_ += 0x9E3779B97F4A7C15u); }

// Zipf: the k-th most frequent of n has the share log(1 + 1/k) / log(n + 1), about 1/k.
uint64_t HitStream::draw(size_t field) {
  const FieldMix& of = mix_.fields[field];
  switch (of.kind) {
    case FieldMix::Kind::in_turn: return made_ % of.distinct;
    case FieldMix::Kind::zipf:
      return static_cast<uint64_t>(std::exp(random_share() * std::log(static_cast<double>(of.distinct) + 1)));
    default: return random() % of.distinct;
  }
}

// Keys are sixteen hexadecimal digits.
void HitStream::add_value(size_t field, OccurrenceBatch& batch) {
  if (field >= mix_.fields.size()) return;  // absent
  Drawn& drawn = drawn_[with_[field]];
  if (drawn.hit != made_) drawn = {draw(with_[field]), made_};
  uint64_t number = drawn.number;
  char text[24];
  if (mix_.fields[field].kind == FieldMix::Kind::number) {
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    return batch.add_value({text, static_cast<size_t>(end - text)});
  }
  if (with_[field] != field) number %= mix_.fields[field].distinct;
  uint64_t digits = scramble(number + 0x9E3779B97F4A7C15u * (field + 1));
  for (size_t i = 0; i < 16; ++i, digits >>= 4) text[i] = "0123456789abcdef"[digits & 15];
  batch.add_value({text, 16});
}

void HitStream::fill(OccurrenceBatch& batch, size_t hits) {
  batch.clear();
  for (size_t i = 0; i < hits; ++i, ++made_) {
    const double share = random_share() * up_to_.back();
    const auto source =
        static_cast<size_t>(std::upper_bound(up_to_.begin(), up_to_.end() - 1, share) - up_to_.begin());
    now_ += step_;
    Occurrence& occurrence = batch.occurrences.emplace_back();
    occurrence.source = static_cast<SourceId>(source);
    occurrence.time = now_;
    if (mix_.late_share > 0 && random_share() < mix_.late_share)
      occurrence.time -= static_cast<int64_t>(random() % static_cast<uint64_t>(mix_.lateness));
    occurrence.id = {random(), made_};
    occurrence.place = static_cast<uint32_t>(batch.places.size());
    occurrence.first_captured = static_cast<uint32_t>(batch.captured.size());
    batch.places.push_back(
        {"events.ndjson", made_ + 1, made_ * mix_.event_bytes, texts_[made_ % text_count]});
    for (size_t field : fields_of_[source]) {
      batch.add_field();
      add_value(field, batch);
    }
  }
}

}  // namespace sigrun::bench
