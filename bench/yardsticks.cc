#include "yardsticks.h"

#include <algorithm>
#include <cstring>

namespace sigrun::bench {

std::vector<Stage> Yardsticks::stages() {
  return {{"memchr", [this] { return count_lines(); }, {}},
          {"walk", [this] { return walk(); }, {}},
          {"dom", [this] { return parse(); }, {}}};
}

uint64_t Yardsticks::count_lines() const {
  uint64_t lines = 0;
  const char* end = text_.data() + text_.size();
  for (const char* p = text_.data();
       (p = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)))); ++p)
    ++lines;
  return lines;
}

template <class Visit>
void Yardsticks::for_each_line(Visit&& visit) const {
  for (size_t at = 0; at < text_.size();) {
    const size_t end = std::min(text_.find('\n', at), text_.size());
    if (end > at) visit(text_.data() + at, end - at);
    at = end + 1;
  }
}

uint64_t Yardsticks::walk() {
  uint64_t keys = 0;
  for_each_line([&](const char* line, size_t size) {
    auto document = walker_.iterate(line, size, size + simdjson::SIMDJSON_PADDING);
    for (auto field : document.get_object()) {
      (void)field.key();
      ++keys;
    }
  });
  return keys;
}

uint64_t Yardsticks::parse() {
  uint64_t good = 0;
  for_each_line(
      [&](const char* line, size_t size) { good += parser_.parse(line, size, false).error() == 0; });
  return good;
}

}  // namespace sigrun::bench
