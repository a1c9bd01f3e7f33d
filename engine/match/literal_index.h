// Finds which of a set of literals occur in a text, in one pass over the text however many there are.
//
// For each literal a short stretch of it (its gram: four bytes, fewer in shorter literals) is chosen that few other literals
// share and texts are not full of. The pass looks the grams of the text up in a bitmap that stays in the first-level cache; what
// passes is looked up in a hash table, and the literals of that gram are compared in place. This is the search of Karp and Rabin
// ("Efficient randomized pattern-matching algorithms", 1987) with the block table of Wu and Manber ("A fast algorithm for
// multi-pattern searching", TR 94-17, 1994). A gram is shared by few literals, since each takes its least shared one, and so no
// text can make the comparisons many.
//
// Not every place of the text is looked at. A literal of seven bytes or more has four grams side by side in it, one of which
// begins at a multiple of four wherever the literal stands: it is entered under all four, and the pass takes steps of four. What
// must stand at an end needs but one gram for that. Where the shorter literals are few, teddy.h finds the places to look at,
// of all their widths in one pass; literals of one byte are looked for by themselves.
//
// An index that is given LiteralAutomata may leave all that to an automaton of theirs (literal_automaton.h).
//
// Immutable after construction; any number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "match/literal_automaton.h"
#include "match/literal_search.h"
#include "match/teddy.h"

namespace sigrun {

class LiteralIndex {
 public:
  using Anchor = LiteralAnchor;
  using Literal = SearchedLiteral;

  LiteralIndex() = default;
  LiteralIndex(const std::vector<Literal>& literals, Anchor anchor, LiteralAutomata* automata = nullptr);

  bool empty() const { return longest_ == 0; }
  bool has_automaton() const { return automaton_ != nullptr; }
  // Calls found(id) for each literal at each place where it occurs, or once. `text` is followed by Teddy::padding readable bytes;
  // `scratch` is of the automata. What found() does may scan again, with the same scratch.
  template <class Found>
  void scan(std::string_view text, LiteralScratch& scratch, Found&& found) const;
  // The same without a scratch: an automaton's literals are compared one by one.
  template <class Found>
  void scan(std::string_view text, Found&& found) const;

 private:
  static constexpr size_t longest_gram = 4;
  static constexpr size_t step = 4;
  // More strings, and most places that Teddy proposes are none.
  static constexpr size_t most_for_teddy = 2 * Teddy::most_strings;
  // More single bytes are looked up at every place of a text, fewer are looked for one by one.
  static constexpr size_t most_single_bytes = 8;
  // A literal as it is compared: `gram` is where the first of its grams begins, `other_gram` the one farthest from it.
  struct Kept {
    uint32_t begin, size, id, gram;
    uint32_t other_gram = 0;
    uint32_t place_of_other() const { return gram > (size - longest_gram) / 2 ? 0 : size - longest_gram; }
  };
  // A gram of a literal: the literal's number, and which of its grams side by side this is.
  struct Entry {
    uint32_t gram;
    uint32_t place;
    uint32_t literal() const { return place / step; }
    uint32_t which() const { return place % step; }
  };
  // Literals by grams of one width.
  struct Table {
    std::vector<uint64_t> bitmap;  // of hashed grams
    uint32_t bitmap_shift = 0;
    std::vector<Entry> entries;  // in the order of their grams' hashes
    std::vector<uint32_t>
        buckets;  // by the first bits of the hash: where its entries begin, and where the last ones end
    uint32_t bucket_shift = 0;
  };
  using Grams = std::vector<Entry>;
  class Chooser;

  static uint32_t hash(uint32_t gram) { return gram * 0x9E3779B1u; }
  template <size_t Width>
  static uint32_t gram_at(const char* p);
  static uint32_t gram_of(std::string_view stretch);

  void choose_teddy(const std::array<Grams, longest_gram>& grams);
  static void build(Table& table, Grams grams);
  template <size_t Width>
  static bool fits(const Table& table, const char* p) {
    const uint32_t bit = hash(gram_at<Width>(p)) >> table.bitmap_shift;
    return table.bitmap[bit / 64] >> (bit % 64) & 1;
  }
  std::string_view at_anchor(std::string_view text) const;
  template <class Found>
  void scan_grams(std::string_view text, Found& found) const;
  template <size_t Width, class Found>
  void scan_table(std::string_view text, Found& found) const;
  template <class Found>
  void scan_proposed(std::string_view text, Found& found) const;
  template <class Found>
  void scan_bytes(std::string_view text, Found& found) const;
  template <class Found>
  void scan_stepping(std::string_view text, Found& found) const;
  template <class Found>
  void compare(const Table& table, uint32_t gram, std::string_view text, size_t at, Found& found) const;

  Anchor anchor_ = Anchor::anywhere;
  size_t longest_ = 0;
  std::unique_ptr<const LiteralAutomaton> automaton_;  // or null, and then all that follows
  std::string texts_;                                  // of all literals, one behind the other
  std::vector<Kept> literals_;
  std::array<Table, longest_gram> tables_;  // by width - 1: looked up at every place
  // Of grams of two bytes and more, where they are few: finds their first three. And which of the tables these
  // are.
  Teddy teddy_;
  std::array<bool, longest_gram> by_teddy_{};
  Table stepping_;                          // of grams of four bytes: looked up at every fourth place
};

template <size_t Width>
uint32_t LiteralIndex::gram_at(const char* p) {
  if constexpr (Width == 3) {
    uint16_t low;
    std::memcpy(&low, p, 2);
    return low | uint32_t{static_cast<unsigned char>(p[2])} << 16;
  } else {
    uint32_t gram = 0;
    std::memcpy(&gram, p, Width);
    return gram;
  }
}

template <class Found>
void LiteralIndex::scan(std::string_view text, LiteralScratch& scratch, Found&& found) const {
  if (!automaton_) return scan_grams(at_anchor(text), found);
  const size_t before = scratch.found.size();
  automaton_->scan(at_anchor(text), scratch);
  for (size_t i = before, end = scratch.found.size(); i < end; ++i) found(scratch.found[i]);
  scratch.found.resize(before);
}

template <class Found>
void LiteralIndex::scan(std::string_view text, Found&& found) const {
  if (!automaton_) return scan_grams(at_anchor(text), found);
  LiteralScratch none;
  scan(text, none, found);
}

inline std::string_view LiteralIndex::at_anchor(std::string_view text) const {
  // What stands at an end is looked for there only.
  if (anchor_ == Anchor::front) text = text.substr(0, longest_);
  if (anchor_ == Anchor::back && text.size() > longest_) text.remove_prefix(text.size() - longest_);
  return text;
}

template <class Found>
void LiteralIndex::scan_grams(std::string_view text, Found& found) const {
  if (!stepping_.entries.empty()) scan_stepping(text, found);
  if (!teddy_.empty()) scan_proposed(text, found);
  if (!by_teddy_[3]) scan_table<4>(text, found);
  if (!by_teddy_[2]) scan_table<3>(text, found);
  if (!by_teddy_[1]) scan_table<2>(text, found);
  if (!tables_[0].entries.empty()) scan_bytes(text, found);
}

template <class Found>
void LiteralIndex::scan_proposed(std::string_view text, Found& found) const {
  if (text.size() < 2) return;
  const char* const begin = text.data();
  const size_t size = text.size() - 1;
  auto try_width = [&]<size_t Width>(std::integral_constant<size_t, Width>, size_t at) {
    if (!by_teddy_[Width - 1] || text.size() - at < Width || !fits<Width>(tables_[Width - 1], begin + at))
      return;
    compare(tables_[Width - 1], gram_at<Width>(begin + at), text, at, found);
  };
  std::array<uint32_t, 4 * Teddy::at_once> places;
  for (size_t from = 0; from < size;) {
    const size_t count = teddy_.find_all(begin, size, from, places);
    for (size_t i = 0; i < count; ++i) {
      try_width(std::integral_constant<size_t, 4>(), places[i]);
      try_width(std::integral_constant<size_t, 3>(), places[i]);
      try_width(std::integral_constant<size_t, 2>(), places[i]);
    }
  }
}

// Literals of one byte: where one stands does not matter but at an end.
template <class Found>
void LiteralIndex::scan_bytes(std::string_view text, Found& found) const {
  const std::vector<Entry>& entries = tables_[0].entries;
  if (anchor_ != Anchor::anywhere || entries.size() > most_single_bytes) return scan_table<1>(text, found);
  for (const Entry& entry : entries)
    if (text.find(static_cast<char>(entry.gram)) != text.npos) found(literals_[entry.literal()].id);
}

template <class Found>
void LiteralIndex::scan_stepping(std::string_view text, Found& found) const {
  if (text.size() < longest_gram) return;
  const char* const begin = text.data();
  const char* const last = begin + text.size() - longest_gram;
  // From the end on where the literals stand there.
  const char* p = anchor_ == Anchor::back ? begin + (text.size() - longest_gram) % step : begin;
  auto compare_at = [&](const char* place) {
    compare(stepping_, gram_at<longest_gram>(place), text, static_cast<size_t>(place - begin), found);
  };
  // Four places at once: their look-ups do not wait for one another.
  for (; last - p >= static_cast<std::ptrdiff_t>(3 * step); p += 4 * step) {
    const uint32_t at0 = fits<4>(stepping_, p), at1 = fits<4>(stepping_, p + step),
                   at2 = fits<4>(stepping_, p + 2 * step), at3 = fits<4>(stepping_, p + 3 * step);
    for (uint32_t places = at0 | at1 << 1 | at2 << 2 | at3 << 3; places; places &= places - 1)
      compare_at(p + step * static_cast<size_t>(std::countr_zero(places)));
  }
  for (; p <= last; p += step)
    if (fits<4>(stepping_, p)) compare_at(p);
}

template <size_t Width, class Found>
void LiteralIndex::scan_table(std::string_view text, Found& found) const {
  const Table& table = tables_[Width - 1];
  if (table.entries.empty() || text.size() < Width) return;
  const char* const begin = text.data();
  const char* const last = begin + text.size() - Width;
  auto compare_at = [&](const char* p) {
    compare(table, gram_at<Width>(p), text, static_cast<size_t>(p - begin), found);
  };
  const char* p = begin;
  for (; last - p >= 3; p += 4) {
    const bool at0 = fits<Width>(table, p), at1 = fits<Width>(table, p + 1), at2 = fits<Width>(table, p + 2),
               at3 = fits<Width>(table, p + 3);
    if (!(at0 | at1 | at2 | at3)) [[likely]]
      continue;
    if (at0) compare_at(p);
    if (at1) compare_at(p + 1);
    if (at2) compare_at(p + 2);
    if (at3) compare_at(p + 3);
  }
  for (; p <= last; ++p)
    if (fits<Width>(table, p)) compare_at(p);
}

template <class Found>
void LiteralIndex::compare(const Table& table, uint32_t gram, std::string_view text, size_t at,
                           Found& found) const {
  const uint32_t bucket = hash(gram) >> table.bucket_shift;
  const Entry* entry = table.entries.data() + table.buckets[bucket];
  const Entry* const end = table.entries.data() + table.buckets[bucket + 1];
  for (; entry != end; ++entry) {
    if (entry->gram != gram) continue;
    const Kept& literal = literals_[entry->literal()];
    const size_t offset = literal.gram + entry->which();
    if (at < offset || text.size() - (at - offset) < literal.size) continue;
    const size_t begin = at - offset;
    if (anchor_ == Anchor::front && begin != 0) continue;
    if (anchor_ == Anchor::back && begin + literal.size != text.size()) continue;
    if (literal.size > longest_gram &&
        gram_at<4>(text.data() + begin + literal.place_of_other()) != literal.other_gram)
      continue;
    if (std::memcmp(text.data() + begin, texts_.data() + literal.begin, literal.size) == 0) found(literal.id);
  }
}

}  // namespace sigrun
