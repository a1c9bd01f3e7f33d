// A value of an event as it was received, whose text is made only for those who want to read it: most alerts'
// values are never looked at.
//
// A view: it lives as long as the bytes that it was made of. A plain value; any number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sigrun {

class EventText {
 public:
  EventText() = default;
  // A text as it is.
  EventText(std::string_view plain) : bytes_(plain) {}
  EventText(const char* plain) : bytes_(plain) {}
  // What stands between the quotes of a JSON string; of its text at most so many bytes, cut between code
  // points.
  static EventText of_json(std::string_view raw, size_t most = SIZE_MAX) {
    EventText text(raw);
    text.json_ = true;
    text.most_ = static_cast<uint32_t>(std::min<size_t>(most, UINT32_MAX));
    return text;
  }

  bool empty() const { return bytes_.empty(); }
  // The text, escapes resolved.
  std::string text() const;
  // The same without a copy where there are no escapes: a view of the bytes, or of `scratch`, which is then
  // overwritten.
  std::string_view text(std::string& scratch) const;
  // Whether the texts are the same, however they are written.
  bool operator==(const EventText& other) const;

 private:
  std::string_view bytes_;
  uint32_t most_ = UINT32_MAX;  // bytes of text; no event has so many
  bool json_ = false;           // there may be escapes
};

}  // namespace sigrun
