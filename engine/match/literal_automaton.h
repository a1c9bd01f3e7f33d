// Finds which of a set of literals occur in a text with an automaton of vectorscan: the other way beside the own search of
// literal_index.h, which chooses between them when it is built. Without the library nothing compiles here, and every set is
// searched for in the own way.
//
//   LiteralAutomata   makes automata, and knows how much working memory they need together
//   LiteralAutomaton  one set of literals; immutable, any number of threads
//   LiteralScratch    the working memory of one thread
//
// Order of calls: compile() all, from any threads; then make_scratch() for each thread; then scan(). A scratch serves the
// automata of its LiteralAutomata, which may die first. Once a scratch has seen its busiest text, nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "match/literal_search.h"

struct hs_database;
struct hs_scratch;

namespace sigrun {

class LiteralScratch {
 public:
  // Serves the own search, which needs none; an automaton then compares its literals one by one.
  LiteralScratch() = default;
  LiteralScratch(LiteralScratch&& other) noexcept
      : found(std::move(other.found)), library_(std::exchange(other.library_, nullptr)) {}
  LiteralScratch& operator=(LiteralScratch&&) = delete;
  ~LiteralScratch();

  // What scans have found and nobody has taken yet. A stack: taking what one has found may start another scan.
  std::vector<uint32_t> found;

 private:
  friend class LiteralAutomata;
  friend class LiteralAutomaton;
  hs_scratch* library_ = nullptr;
};

class LiteralAutomaton {
 public:
  ~LiteralAutomaton();
  LiteralAutomaton(const LiteralAutomaton&) = delete;
  LiteralAutomaton& operator=(const LiteralAutomaton&) = delete;

  // Pushes the ids of the literals that occur onto scratch.found, each once. `text` is followed by Teddy::padding readable bytes.
  void scan(std::string_view text, LiteralScratch& scratch) const;

 private:
  friend class LiteralAutomata;
  struct Scan;
  LiteralAutomaton() = default;
  static int on_match(unsigned number, unsigned long long from, unsigned long long to, unsigned flags,
                      void* scan);
  void compare_one_by_one(std::string_view text, std::vector<uint32_t>& found) const;

  LiteralAnchor anchor_ = LiteralAnchor::anywhere;
  hs_database* database_ = nullptr;
  // By number: the distinct texts, and where their ids begin. The last ids end with ids_.
  std::vector<std::string> texts_;
  std::vector<uint32_t> first_id_;
  std::vector<uint32_t> ids_;
};

class LiteralAutomata {
 public:
  explicit LiteralAutomata(LiteralSearch search = LiteralSearch::own) : search_(search) {}
  ~LiteralAutomata();
  LiteralAutomata(const LiteralAutomata&) = delete;
  LiteralAutomata& operator=(const LiteralAutomata&) = delete;

  // Whether this build has the library, and the processor what the library needs.
  static bool available();
  // Null: the own search is to find them, by choice or because the library does not take the set.
  std::unique_ptr<const LiteralAutomaton> compile(std::vector<SearchedLiteral> literals,
                                                  LiteralAnchor anchor);
  // Throws std::bad_alloc.
  LiteralScratch make_scratch() const;

 private:
  // Unused where there is no library.
  [[maybe_unused]] LiteralSearch search_;
  std::mutex mutex_;  // while compiling
  [[maybe_unused]] hs_scratch* prototype_ = nullptr;
};

}  // namespace sigrun
