// The only file that knows vectorscan, through the interface that Hyperscan has too.
//
// A scan that the library does not finish, for whatever reason, is done by comparing one by one: a literal that is not found
// may be a match that is lost. The library's own faults are treated the same way where they are known (see blind_bytes).
#include <hs.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <numeric>

#include "match/literal_automaton.h"
#include "match/teddy.h"

namespace sigrun {
namespace {

// vectorscan 5.4.9 and 5.4.11 look at the wrong bytes of a text's last, incomplete block when they skip to the first place where
// any literal may be (blocks of 64 bytes with AVX-512): of the literals "t" and "tm", "t" is not found at the end of 65 bytes.
// So every text is given with as many of the readable bytes behind it, and what is found there is not taken.
constexpr size_t blind_bytes = 64;
static_assert(blind_bytes <= Teddy::padding);

// No number of literals makes rules faster by more than it makes loading them slower: automatic is the own search.
bool wanted(LiteralSearch search) { return search == LiteralSearch::vectorscan; }

}  // namespace

struct LiteralAutomaton::Scan {
  const LiteralAutomaton& automaton;
  size_t size;  // of the text
  std::vector<uint32_t>& found;
};

LiteralScratch::~LiteralScratch() { hs_free_scratch(library_); }
LiteralAutomaton::~LiteralAutomaton() { hs_free_database(database_); }
LiteralAutomata::~LiteralAutomata() { hs_free_scratch(prototype_); }

bool LiteralAutomata::available() { return hs_valid_platform() == HS_SUCCESS; }

std::unique_ptr<const LiteralAutomaton> LiteralAutomata::compile(std::vector<SearchedLiteral> literals,
                                                                 LiteralAnchor anchor) {
  if (!wanted(search_) || literals.empty() || !available()) return nullptr;
  std::stable_sort(literals.begin(), literals.end(),
                   [](const SearchedLiteral& a, const SearchedLiteral& b) { return a.text < b.text; });
  std::unique_ptr<LiteralAutomaton> automaton(new LiteralAutomaton);
  automaton->anchor_ = anchor;
  for (SearchedLiteral& literal : literals) {
    if (automaton->texts_.empty() || automaton->texts_.back() != literal.text) {
      automaton->first_id_.push_back(static_cast<uint32_t>(automaton->ids_.size()));
      automaton->texts_.push_back(std::move(literal.text));
    }
    automaton->ids_.push_back(literal.id);
  }

  const size_t count = automaton->texts_.size();
  std::vector<const char*> texts;
  std::vector<size_t> sizes;
  for (const std::string& text : automaton->texts_) {
    texts.push_back(text.data());
    sizes.push_back(text.size());
  }
  std::vector<unsigned> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  // The first place of a literal may not be the one where it must stand.
  const std::vector<unsigned> flags(count, anchor == LiteralAnchor::anywhere ? HS_FLAG_SINGLEMATCH : 0u);
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(texts.data(), flags.data(), numbers.data(), sizes.data(),
                           static_cast<unsigned>(count), HS_MODE_BLOCK, nullptr, &automaton->database_,
                           &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  if (hs_alloc_scratch(automaton->database_, &prototype_) != HS_SUCCESS) return nullptr;
  return automaton;
}

LiteralScratch LiteralAutomata::make_scratch() const {
  LiteralScratch scratch;
  if (prototype_ && hs_clone_scratch(prototype_, &scratch.library_) != HS_SUCCESS) throw std::bad_alloc();
  return scratch;
}

int LiteralAutomaton::on_match(unsigned number, unsigned long long, unsigned long long to, unsigned,
                               void* context) {
  const Scan& scan = *static_cast<const Scan*>(context);
  const LiteralAutomaton& automaton = scan.automaton;
  if (to > scan.size) return 0;
  if (automaton.anchor_ == LiteralAnchor::front && to != automaton.texts_[number].size()) return 0;
  if (automaton.anchor_ == LiteralAnchor::back && to != scan.size) return 0;
  const auto begin = automaton.ids_.begin() + automaton.first_id_[number];
  const auto end = number + 1 < automaton.first_id_.size()
                       ? automaton.ids_.begin() + automaton.first_id_[number + 1]
                       : automaton.ids_.end();
  // There is room for each id once. Growing could throw, through a library written in C: it ends the scan instead.
  if (scan.found.capacity() - scan.found.size() < static_cast<size_t>(end - begin)) return 1;
  scan.found.insert(scan.found.end(), begin, end);
  return 0;
}

void LiteralAutomaton::scan(std::string_view text, LiteralScratch& scratch) const {
  const size_t before = scratch.found.size();
  if (scratch.found.capacity() - before < ids_.size()) scratch.found.reserve(2 * (before + ids_.size()));
  if (scratch.library_ && text.size() <= UINT32_MAX - blind_bytes) {
    const size_t size = text.size() + blind_bytes;
    Scan scan{*this, text.size(), scratch.found};
    if (hs_scan(database_, text.data(), static_cast<unsigned>(size), 0, scratch.library_, on_match, &scan) ==
        HS_SUCCESS)
      return;
    scratch.found.resize(before);
  }
  compare_one_by_one(text, scratch.found);
}

void LiteralAutomaton::compare_one_by_one(std::string_view text, std::vector<uint32_t>& found) const {
  for (size_t number = 0; number < texts_.size(); ++number) {
    const std::string& literal = texts_[number];
    const bool there = anchor_ == LiteralAnchor::front  ? text.starts_with(literal)
                       : anchor_ == LiteralAnchor::back ? text.ends_with(literal)
                                                        : text.find(literal) != text.npos;
    if (!there) continue;
    const size_t end = number + 1 < first_id_.size() ? first_id_[number + 1] : ids_.size();
    found.insert(found.end(), ids_.begin() + first_id_[number], ids_.begin() + static_cast<ptrdiff_t>(end));
  }
}

}  // namespace sigrun
