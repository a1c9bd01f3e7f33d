// What occurrences are to correlations, sorted by the shard that their groups live in.
//
// A batch is cut into slices, each of which one thread sorts; slices one behind the other are the batch. What is in a slice is valid until its clear(),
// and points into the batch.
//
// Order of calls: clear(), send() in the order of the batch, sort_by_shard(). Threads: one at a time for a slice.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/cell.h"
#include "correlate/correlation_counters.h"
#include "correlate/correlation_plan.h"
#include "correlate/occurrence.h"
#include "support/limits.h"

namespace sigrun {

// By a seeded hash of the group's key; the number of threads shows nowhere.
constexpr size_t shard_count = 256;

// An arrival on its way to its shard.
struct Sent {
  uint32_t correlation, shard;
  Arrival arrival;
};

// Where arrivals go: the correlations that there are, and what shards are chosen by.
struct Destination {
  const CorrelationPlan& plan;
  const Limits& limits;
  uint64_t seed;
};

struct Slice {
  std::vector<Sent> sent;
  std::vector<uint32_t> by_shard;  // of `sent`, those of a shard in their order
  std::array<uint32_t, shard_count + 1> begins;
  CorrelationCounters counters;

  void clear() {
    sent.clear();
    key_block = key_used = 0;
    counters = {};
  }
  // Adds what the occurrence is to a correlation: an arrival for each of its groups and values.
  void send(const OccurrenceBatch& batch, const Occurrence& occurrence, uint32_t order,
            const CorrelationFeed& feed, const Destination& to);
  void sort_by_shard();

 private:
  std::string_view keep_key(std::string_view key);
  void keep(std::string_view key, const Correlation& correlation, size_t value, Arrival& arrival);
  bool combine(const OccurrenceBatch& batch, const Occurrence& occurrence,
               const std::vector<uint32_t>& fields, const Limits& limits, size_t most_bytes,
               std::vector<std::string>& made);
  void make_payloads(const OccurrenceBatch& batch, const Occurrence& occurrence, const CorrelationFeed& feed,
                     const Correlation& correlation, const Destination& to);

  // Keys that arrivals point into; blocks stay where they are.
  std::vector<std::unique_ptr<char[]>> key_blocks;
  size_t key_block = 0, key_used = 0;
  // Of one occurrence.
  std::vector<std::string> keys, values;
  std::vector<uint64_t> payloads;
  std::vector<std::string_view> read_values;  // by payload, where they are values
  std::string key_and_value;
  std::vector<std::string_view> elements;
};

}  // namespace sigrun
