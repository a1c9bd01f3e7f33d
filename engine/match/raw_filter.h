// Tells quickly that none of a set of literals can be in any text of an event, from its bytes as they stand.
//
// Keywords look at every text of an event, and hardly any event has one. Unescaping and folding all texts to find that out costs
// more than everything else, so the bytes are looked through first. A literal's longest stretch of ASCII that JSON cannot write
// in two ways (but by \u) is searched for without regard to case; events with a \u escape of one of its characters, or with one of
// the two letters outside of ASCII that fold into it, are not judged. Texts that stand for themselves (msgpack, names and values)
// have no escapes; in msgpack numbers are no text, so whoever has literals that a number may contain has to write the numbers out.
//
// teddy.h finds the places to look at.
//
// Immutable after construction; any number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/teddy.h"

namespace sigrun {

class RawFilter {
 public:
  // Never tells anything.
  RawFilter() = default;
  struct Literal {
    std::string text;  // folded
    uint32_t id = 0;
  };
  explicit RawFilter(const std::vector<Literal>& literals);

  // How the texts stand in the bytes: between quotes, with JSON's escapes, or as they are.
  enum class Texts : uint8_t { json, plain };
  // Whether the event can be judged: then no text of it contains a literal but of those `ids` (added, each once), which it may
  // contain. `event` is followed by at least 64 readable bytes.
  bool judges(std::string_view event, Texts texts, std::vector<uint32_t>& ids) const;
  // Whether a literal may be in a number, or in a time, that is written as text.
  bool concerns_numbers() const { return concerns_numbers_; }

 private:
  static constexpr size_t gram_size = Teddy::width;
  struct Probe {
    uint32_t gram;                 // as in gram_at
    uint32_t begin, size, offset;  // in texts_; where the gram is in it
    uint32_t id;
  };
  // More may as well be anything.
  static constexpr size_t most_ids = 64;
  void find_at(std::string_view event, size_t at, std::vector<uint32_t>& ids) const;
  // Whether an escape or a letter that folds into ASCII from outside may be part of a literal.
  bool is_beyond_judgement(std::string_view event) const;
  bool is_beyond_judgement(std::string_view event, size_t at, size_t end) const;
  bool is_beyond_judgement(std::string_view event, Texts texts) const;
  bool may_be_in_a_literal(uint32_t escaped_unit) const;

  bool judges_ = false, concerns_numbers_ = false;
  std::string texts_;
  std::vector<Probe> probes_;  // by gram
  size_t shortest_ = gram_size;
  Teddy teddy_;  // of the grams
};

}  // namespace sigrun
