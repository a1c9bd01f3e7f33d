// One way to make events that cost more than others, at any size.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "random.h"
#include "rule_texts.h"

namespace sigrun::bench {

struct HostileEvent {
  std::string family;   // what is hostile about it
  std::string carrier;  // what it looks like otherwise: log source and field
  // An event of about `size` bytes, a JSON object. The same seed makes the same event.
  std::function<std::string(size_t size, Random random)> make;
};

// Texts that are put into one field, or into no field that a rule names: text_families.cc.
std::vector<HostileEvent> hostile_texts(const RuleTexts& rules);
// Arrangements of keys, arrays, numbers: shape_families.cc.
std::vector<HostileEvent> hostile_shapes(const RuleTexts& rules);

// Not hostile: what an event of this size costs in the ordinary case.
inline constexpr const char* ordinary_family = "ordinary";

// Calls `append` with a text until it has `size` bytes.
template <class Append>
std::string fill(size_t size, Append&& append) {
  std::string text;
  text.reserve(size + size / 8 + 256);
  while (text.size() < size) append(text);
  return text;
}

// Appends `text` as the inside of a JSON string, without its quotes.
void append_inside(std::string_view text, std::string& out);

}  // namespace sigrun::bench
