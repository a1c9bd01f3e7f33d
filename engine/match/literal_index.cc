#include "match/literal_index.h"

#include "match/common_text.h"

namespace sigrun {
namespace {

// Bits of the bitmap for each gram: one in so many places of a random text is looked up in vain.
constexpr size_t bits_per_gram = 32;
constexpr size_t least_bits = 1 << 12;
// A gram that texts are full of is taken rather than one that so many literals have taken already.
constexpr uint32_t takers_of_rare_gram = 64;

uint32_t log2_at_least(size_t size) { return static_cast<uint32_t>(std::bit_width(size - 1)); }

}  // namespace

uint32_t LiteralIndex::gram_of(std::string_view stretch) {
  uint32_t gram = 0;
  std::memcpy(&gram, stretch.data(), stretch.size());
  return gram;
}

// Chooses grams that few literals have: counts by hash how many have one, and how many have taken it.
class LiteralIndex::Chooser {
 public:
  explicit Chooser(const std::vector<Literal>& literals) {
    size_t grams = 1;
    for (const Literal& literal : literals) grams += literal.text.size();
    shift_ = 32 - std::min(20u, log2_at_least(2 * grams + 2));
    sharing_.resize(size_t{1} << (32 - shift_));
    taken_.resize(sharing_.size());
    for (const Literal& literal : literals) {
      const size_t width = std::min(literal.text.size(), longest_gram);
      for (size_t offset = 0; offset + width <= literal.text.size(); ++offset)
        ++sharing_[counter_of(gram_of(std::string_view(literal.text).substr(offset, width)))];
    }
  }

  // Of `count` grams side by side, `width` bytes each: where the first one begins, at `from`, `from + by`, ….
  size_t choose(std::string_view text, size_t width, size_t count, size_t from, size_t by) {
    Cost best;
    size_t chosen = from;
    for (size_t offset = from; offset + count - 1 + width <= text.size(); offset += by) {
      Cost cost{0, 0};
      for (size_t i = 0; i < count; ++i) {
        const uint32_t gram = gram_of(text.substr(offset + i, width)), counter = counter_of(gram);
        const uint32_t common = width == longest_gram && is_common_gram(gram) ? takers_of_rare_gram : 0;
        cost.taken += (taken_[counter] + common) / 4;
        cost.sharing += sharing_[counter];
      }
      if (cost < best) {
        best = cost;
        chosen = offset;
      }
    }
    for (size_t i = 0; i < count; ++i) ++taken_[counter_of(gram_of(text.substr(chosen + i, width)))];
    return chosen;
  }

 private:
  // Taken by many, or texts are full of it; and among equals, rare among literals is likely rare in texts.
  struct Cost {
    uint32_t taken = UINT32_MAX, sharing = UINT32_MAX;
    auto operator<=>(const Cost&) const = default;
  };
  uint32_t counter_of(uint32_t gram) const { return hash(gram) >> shift_; }

  uint32_t shift_ = 0;
  std::vector<uint32_t> sharing_, taken_;
};

// The shorter ones first: they are what the passes byte by byte are saved for with the fewest strings.
void LiteralIndex::choose_teddy(const std::array<Grams, longest_gram>& grams) {
  std::vector<Teddy::String> strings;
  for (size_t width = 2; width <= longest_gram; ++width) {
    const size_t size = std::min(width, Teddy::width), before = strings.size();
    for (const Entry& entry : grams[width - 1])
      strings.push_back({entry.gram & 0xFFFFFFu, static_cast<uint8_t>(size)});
    std::sort(strings.begin() + static_cast<std::ptrdiff_t>(before), strings.end());
    strings.erase(std::unique(strings.begin() + static_cast<std::ptrdiff_t>(before), strings.end()),
                  strings.end());
    if (strings.size() > most_for_teddy)
      strings.resize(before);
    else
      by_teddy_[width - 1] = strings.size() > before;
  }
  if (!strings.empty()) teddy_ = Teddy::of_any_sizes(std::move(strings));
}

LiteralIndex::LiteralIndex(const std::vector<Literal>& literals, Anchor anchor, LiteralAutomata* automata)
    : anchor_(anchor) {
  for (const Literal& literal : literals) longest_ = std::max(longest_, literal.text.size());
  if (automata) automaton_ = automata->compile(literals, anchor);
  if (automaton_) return;
  Chooser chooser(literals);
  // At an end one gram is enough to meet a step; elsewhere it takes as many as a step has places.
  const bool anchored = anchor != Anchor::anywhere;
  const size_t grams_for_steps = anchored ? 1 : step;
  const size_t stepping_size = longest_gram + grams_for_steps - 1;
  // A few literals of four bytes and more are faster with Teddy.
  const auto with_grams = std::count_if(literals.begin(), literals.end(), [](const Literal& literal) {
    return literal.text.size() >= longest_gram;
  });
  const bool steps = anchored || static_cast<size_t>(with_grams) > Teddy::most_strings;

  literals_.reserve(literals.size());
  size_t bytes = 0;
  for (const Literal& literal : literals) bytes += literal.text.size();
  texts_.reserve(bytes);
  std::array<Grams, longest_gram> grams;
  Grams stepping;
  for (const Literal& literal : literals) {
    const std::string_view text = literal.text;
    const auto number = static_cast<uint32_t>(literals_.size());
    const size_t width = std::min(text.size(), longest_gram);
    const bool takes_steps = steps && text.size() >= stepping_size;
    const size_t count = takes_steps ? grams_for_steps : 1;
    const size_t from = takes_steps && anchor == Anchor::back ? text.size() % step : 0;
    const size_t offset = chooser.choose(text, width, count, from, takes_steps && anchored ? step : 1);
    for (size_t i = 0; i < count; ++i)
      (takes_steps ? stepping : grams[width - 1])
          .push_back(
              {gram_of(text.substr(offset + i, width)), number * uint32_t{step} + static_cast<uint32_t>(i)});

    Kept kept{static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(text.size()), literal.id,
              static_cast<uint32_t>(offset)};
    if (text.size() > longest_gram)
      kept.other_gram = gram_of(text.substr(kept.place_of_other(), longest_gram));
    literals_.push_back(kept);
    texts_ += text;
  }

  choose_teddy(grams);
  for (size_t i = 0; i < longest_gram; ++i) build(tables_[i], std::move(grams[i]));
  build(stepping_, std::move(stepping));
}

void LiteralIndex::build(Table& table, Grams grams) {
  if (grams.empty()) return;
  const uint32_t bitmap_log = log2_at_least(std::max(least_bits, bits_per_gram * grams.size()));
  const uint32_t bucket_log = log2_at_least(grams.size() + 1);
  table.bitmap_shift = 32 - bitmap_log;
  table.bitmap.assign((size_t{1} << bitmap_log) / 64, 0);
  table.bucket_shift = 32 - bucket_log;
  // Counted, summed up, and put in their places from the last one on.
  table.buckets.assign((size_t{1} << bucket_log) + 1, 0);
  for (const Entry& entry : grams) {
    const uint32_t hashed = hash(entry.gram), bit = hashed >> table.bitmap_shift;
    table.bitmap[bit / 64] |= uint64_t{1} << (bit % 64);
    ++table.buckets[hashed >> table.bucket_shift];
  }
  for (size_t i = 1; i < table.buckets.size(); ++i) table.buckets[i] += table.buckets[i - 1];
  table.entries.resize(grams.size());
  for (size_t i = grams.size(); i-- > 0;)
    table.entries[--table.buckets[hash(grams[i].gram) >> table.bucket_shift]] = grams[i];
}

}  // namespace sigrun
