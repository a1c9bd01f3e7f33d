#include "correlate/arrivals.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

constexpr size_t key_block_bytes = 1 << 16;

// Decimal text as a number; none where it is not one.
std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

bool takes_values(sigma::CorrelationType type) {
  using sigma::CorrelationType;
  return type != CorrelationType::event_count && type != CorrelationType::temporal &&
         type != CorrelationType::temporal_ordered;
}

// Of sums and averages: cut to what they stay finite of.
double summand(sigma::CorrelationType type, double number, CorrelationCounters& counters) {
  const bool added = type == sigma::CorrelationType::value_sum || type == sigma::CorrelationType::value_avg;
  if (!added || std::abs(number) <= largest_summand) return number;
  ++counters.values_cut;
  return std::copysign(largest_summand, number);
}

}  // namespace

std::string_view Slice::keep_key(std::string_view key) {
  if (key.size() > key_block_bytes) {
    // A block of its own, before the one at hand.
    auto block = std::make_unique<char[]>(key.size());
    std::copy(key.begin(), key.end(), block.get());
    const char* at = block.get();
    key_blocks.insert(key_blocks.begin(), std::move(block));
    ++key_block;
    return {at, key.size()};
  }
  if (key_blocks.empty() || key_used + key.size() > key_block_bytes) {
    if (!key_blocks.empty()) ++key_block;
    key_used = 0;
    if (key_block >= key_blocks.size()) key_blocks.push_back(std::make_unique<char[]>(key_block_bytes));
  }
  char* at = key_blocks[key_block].get() + key_used;
  std::copy(key.begin(), key.end(), at);
  key_used += key.size();
  return {at, key.size()};
}

// An analytic tells which value it was: its text goes along behind the key.
void Slice::keep(std::string_view key, const Correlation& correlation, size_t value, Arrival& arrival) {
  if (!correlation.kind || value >= read_values.size()) {
    arrival.key = keep_key(key);
    return;
  }
  key_and_value.assign(key).append(read_values[value]);
  arrival.key = keep_key(key_and_value).substr(0, key.size());
  arrival.value_bytes = static_cast<uint32_t>(read_values[value].size());
}

void Slice::sort_by_shard() {
  begins.fill(0);
  for (const Sent& one : sent) ++begins[one.shard + 1];
  for (size_t shard = 0; shard < shard_count; ++shard) begins[shard + 1] += begins[shard];
  by_shard.resize(sent.size());
  std::array<uint32_t, shard_count> next;
  std::copy_n(begins.begin(), shard_count, next.begin());
  for (uint32_t i = 0; i < sent.size(); ++i) by_shard[next[sent[i].shard]++] = i;
}

// Each combination of the elements of these fields, once. False where one of them is absent.
bool Slice::combine(const OccurrenceBatch& batch, const Occurrence& occurrence,
                    const std::vector<uint32_t>& fields, const Limits& limits, size_t most_bytes,
                    std::vector<std::string>& made) {
  size_t count = 1;
  if (made.empty()) made.emplace_back();
  made[0].clear();
  for (uint32_t field : fields) {
    elements.clear();
    for (const CapturedValue& value : batch.values_of(occurrence, field))
      elements.push_back(batch.text_of(value));
    if (elements.empty()) return false;
    if (elements.size() > 1) {
      std::sort(elements.begin(), elements.end());
      elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    }
    const size_t before = count;
    count = std::min(before * elements.size(), limits.correlation_groups_of_event);
    counters.groups_beyond_limit += before * elements.size() - count;
    if (made.size() < count) made.resize(count);
    // From the back, so that what is extended is still as it was.
    for (size_t i = count; i-- > 0;) {
      const size_t from = i % before;
      if (i != from) made[i] = made[from];
    }
    for (size_t i = 0; i < count; ++i) append_key_part(elements[i / before], most_bytes, made[i]);
  }
  made.resize(count);
  return true;
}

void Slice::make_payloads(const OccurrenceBatch& batch, const Occurrence& occurrence,
                          const CorrelationFeed& feed, const Correlation& correlation, const Destination& to) {
  payloads.clear();
  read_values.clear();
  using sigma::CorrelationType;
  if (correlation.type == CorrelationType::value_count) {
    // Several fields are one value together; the elements of an array are values of their own.
    if (!combine(batch, occurrence, feed.fields, to.limits, SIZE_MAX, values)) return;
    const CellKind* kind = correlation.kind.get();
    for (const std::string& value : values) {
      uint64_t payload = (hash_with_seed(value, to.seed) & ~another_value) | (payloads.empty() ? 0 : another_value);
      if (kind && kind->reads_values()) {
        const auto read = kind->read_value(value);
        if (!read) {
          ++counters.values_not_read;
          continue;
        }
        payload = *read;
      }
      payloads.push_back(payload);
      read_values.push_back(value);
    }
    return;
  }
  for (uint32_t field : feed.fields) {
    for (const CapturedValue& value : batch.values_of(occurrence, field)) {
      const auto number = number_of(batch.text_of(value));
      if (!number) {
        ++counters.values_not_numeric;
        continue;
      }
      counters.negative_values += *number < 0;
      payloads.push_back(std::bit_cast<uint64_t>(*number == 0 ? 0.0 : summand(correlation.type, *number, counters)));
    }
  }
}

void Slice::send(const OccurrenceBatch& batch, const Occurrence& occurrence, uint32_t order,
                 const CorrelationFeed& feed, const Destination& to) {
  const Correlation& correlation = to.plan.correlations[feed.correlation];
  if (!combine(batch, occurrence, feed.group_by, to.limits, to.limits.correlation_key_bytes, keys)) {
    ++counters.without_group;
    return;
  }
  if (!takes_values(correlation.type)) {
    payloads.assign(1, feed.input);
    read_values.clear();
  } else {
    const uint64_t not_usable = counters.values_not_numeric + counters.values_not_read;
    make_payloads(batch, occurrence, feed, correlation, to);
    if (payloads.empty()) {
      counters.without_value += not_usable == counters.values_not_numeric + counters.values_not_read;
      return;
    }
  }
  for (const std::string& made : keys) {
    Sent& one = sent.emplace_back();
    // The shard must be the same in every process that has the seed; the place in a shard's table must not be foreseen.
    const bool together = correlation.kind && correlation.kind->in_one_shard();
    one.shard = hash_with_seed(together ? std::string_view() : made, to.seed + feed.correlation) % shard_count;
    one.correlation = feed.correlation;
    Arrival& arrival = one.arrival;
    arrival.occurrence = &occurrence;
    arrival.place = &batch.places[occurrence.place];
    arrival.order = order;
    arrival.input = feed.input;
    keep(made, correlation, 0, arrival);
    arrival.hash = KeyedState::hash_of(made);
    arrival.payload = payloads[0];
    arrival.last = payloads.size() == 1;
    for (size_t i = 1; i < payloads.size(); ++i) {
      Sent& more = sent.emplace_back(sent.back());
      more.arrival.payload = payloads[i];
      if (correlation.kind) keep(made, correlation, i, more.arrival);
      more.arrival.first = false;
      more.arrival.last = i + 1 == payloads.size();
    }
  }
}

}  // namespace sigrun
