// The names of an event's top-level keys, joined by commas in the order of the alphabet: to describe what no table recognises.
// The first few are enough. Threads: one at a time; memory is kept.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace sigrun {

class KeyNames {
 public:
  void clear() { texts_.clear(), count_ = 0; }
  bool full() const { return count_ == places_.size(); }
  void add(std::string_view name) {
    places_[count_++] = {texts_.size(), name.size()};
    texts_ += name;
  }
  // Valid until the next call.
  std::string_view joined() {
    auto text = [&](const auto& place) { return std::string_view(texts_).substr(place.first, place.second); };
    std::sort(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(count_),
              [&](const auto& a, const auto& b) { return text(a) < text(b); });
    joined_.clear();
    for (size_t i = 0; i < count_; ++i) {
      if (!joined_.empty()) joined_ += ',';
      joined_ += text(places_[i]).substr(0, 64);
    }
    return joined_;
  }

 private:
  std::string texts_, joined_;
  std::array<std::pair<size_t, size_t>, 12> places_;  // in the texts, and sizes
  size_t count_ = 0;
};

}  // namespace sigrun
