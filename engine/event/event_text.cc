#include "event/event_text.h"

#include "event/json_string.h"

namespace sigrun {

std::string EventText::text() const {
  std::string scratch;
  const std::string_view text = this->text(scratch);
  return text.data() == scratch.data() ? scratch : std::string(text);
}

std::string_view EventText::text(std::string& scratch) const {
  const std::string_view told = cut_json(bytes_, most_);
  if (!json_ || told.find('\\') == told.npos) return told;
  scratch.clear();
  unescape_json(told, scratch);
  return scratch;
}

bool EventText::operator==(const EventText& other) const {
  std::string mine, others;
  return text(mine) == other.text(others);
}

}  // namespace sigrun
