#include "match/literal_index.h"

#include "match/common_text.h"

namespace sigrun {
namespace {

// Bits of the bitmap for each gram: one in so many places of a random text is looked up in vain.
constexpr size_t bits_per_gram = 32;
constexpr size_t least_bits = 1 << 12;

uint32_t log2_at_least(size_t size) { return static_cast<uint32_t>(std::bit_width(size - 1)); }

}  // namespace

uint32_t LiteralIndex::gram_of(std::string_view stretch) {
  uint32_t gram = 0;
  std::memcpy(&gram, stretch.data(), stretch.size());
  return gram;
}

LiteralIndex::LiteralIndex(const std::vector<Literal>& literals, Anchor anchor) : anchor_(anchor) {
  // How many literals have a gram, and how many have taken it: by hash, about.
  size_t grams = 1;
  for (const Literal& literal : literals) grams += literal.text.size();
  const uint32_t counters_shift = 32 - std::min(20u, log2_at_least(2 * grams + 2));
  std::vector<uint32_t> sharing(size_t{1} << (32 - counters_shift)), taken(sharing.size());
  auto counter_of = [&](size_t width, uint32_t gram) {
    return hash(gram + static_cast<uint32_t>(width) * 0x01010101u) >> counters_shift;
  };
  auto for_each_gram = [](std::string_view text, auto&& visit) {
    size_t width = std::min(text.size(), longest_gram);
    for (size_t offset = 0; offset + width <= text.size(); ++offset)
      visit(width, offset, gram_of(text.substr(offset, width)));
  };
  for (const Literal& literal : literals)
    for_each_gram(literal.text,
                  [&](size_t width, size_t, uint32_t gram) { ++sharing[counter_of(width, gram)]; });

  std::array<std::vector<std::pair<uint32_t, Entry>>, longest_gram> chosen;
  for (const Literal& literal : literals) {
    Entry entry{static_cast<uint32_t>(literals_.size()), static_cast<uint32_t>(literal.text.size()), 0,
                literal.id};
    literals_ += literal.text;
    longest_ = std::max(longest_, literal.text.size());
    // The gram that the fewest literals have taken and texts are not full of, and among those the one that the fewest have at all:
    // rare among literals is likely rare in texts.
    std::pair<uint32_t, uint32_t> best{UINT32_MAX, UINT32_MAX};
    uint32_t best_gram = 0;
    size_t best_width = 1;
    for_each_gram(literal.text, [&](size_t width, size_t offset, uint32_t gram) {
      const uint32_t counter = counter_of(width, gram);
      const uint32_t common = width == longest_gram && is_common_gram(gram) ? 4 : 0;
      const std::pair<uint32_t, uint32_t> cost{taken[counter] / 4 + common, sharing[counter]};
      if (cost >= best) return;
      best = cost;
      best_gram = gram;
      best_width = width;
      entry.offset = static_cast<uint32_t>(offset);
    });
    ++taken[counter_of(best_width, best_gram)];
    if (entry.size > longest_gram) {
      const uint32_t last = entry.size - longest_gram;
      entry.other_offset = entry.offset > last / 2 ? 0 : last;
      entry.other_gram = gram_of(std::string_view(literal.text).substr(entry.other_offset, longest_gram));
    }
    chosen[best_width - 1].emplace_back(best_gram, entry);
  }
  std::vector<uint32_t> longest;
  for (const auto& [gram, entry] : chosen[longest_gram - 1]) longest.push_back(gram);
  std::sort(longest.begin(), longest.end());
  longest.erase(std::unique(longest.begin(), longest.end()), longest.end());
  if (!longest.empty() && longest.size() <= Teddy::most_strings)
    tables_[longest_gram - 1].teddy = Teddy(longest);
  for (size_t i = 0; i < longest_gram; ++i) build(tables_[i], std::move(chosen[i]));
}

void LiteralIndex::build(Table& table, std::vector<std::pair<uint32_t, Entry>> grams) {
  if (grams.empty()) return;
  std::stable_sort(grams.begin(), grams.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  uint32_t bitmap_log = log2_at_least(std::max(least_bits, bits_per_gram * grams.size()));
  uint32_t bucket_log = log2_at_least(2 * grams.size() + 2);
  table.bitmap_shift = 32 - bitmap_log;
  table.bitmap.assign((size_t{1} << bitmap_log) / 64, 0);
  table.bucket_shift = 32 - bucket_log;
  table.buckets.assign(size_t{1} << bucket_log, {});
  const size_t mask = table.buckets.size() - 1;
  for (size_t first = 0; first < grams.size();) {
    uint32_t gram = grams[first].first;
    size_t last = first;
    for (; last < grams.size() && grams[last].first == gram; ++last)
      table.entries.push_back(grams[last].second);
    uint32_t bit = hash(gram) >> table.bitmap_shift;
    table.bitmap[bit / 64] |= uint64_t{1} << (bit % 64);
    size_t b = hash(gram) >> table.bucket_shift;
    while (table.buckets[b].first != table.buckets[b].last) b = (b + 1) & mask;
    table.buckets[b] = {gram, static_cast<uint32_t>(first), static_cast<uint32_t>(last)};
    first = last;
  }
}

}  // namespace sigrun
