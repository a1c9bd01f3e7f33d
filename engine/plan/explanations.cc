#include "plan/explanations.h"

#include <fmt/format.h>

#include <algorithm>

namespace sigrun {
namespace {

using sigma::DetectionItem;

// The pattern as its author wrote it: without the wildcards that modifiers and keywords add.
std::string written_pattern(const DetectionItem& item, sigma::Value value) {
  auto has = [&](std::string_view modifier) {
    return std::find(item.modifiers.begin(), item.modifiers.end(), modifier) != item.modifiers.end();
  };
  bool tied = has("startswith") || has("endswith");
  bool around = has("contains") || (item.keyword && !tied);
  auto strip = [&](sigma::TextPattern& pattern) {
    auto is_run = [](const sigma::TextPart& part) { return part.kind == sigma::TextPart::Kind::any_run; };
    auto& parts = pattern.parts;
    if ((around || has("startswith")) && !parts.empty() && is_run(parts.back())) parts.pop_back();
    if ((around || has("endswith")) && !parts.empty() && is_run(parts.front())) parts.erase(parts.begin());
  };
  if (auto* pattern = std::get_if<sigma::TextPattern>(&value)) strip(*pattern);
  if (auto* any = std::get_if<sigma::AnyTextPattern>(&value))
    std::for_each(any->patterns.begin(), any->patterns.end(), strip);
  return sigma::describe(value);
}

}  // namespace

Explanations::Explanations(const sigma::DetectionRule& rule) {
  for (const sigma::Selection& selection : rule.selections) add(selection.detection);
  text_.shrink_to_fit();
  places_.shrink_to_fit();
}

void Explanations::add(const sigma::Detection& detection) {
  for (const sigma::Detection& child : detection.children) add(child);
  if (detection.kind != sigma::Detection::Kind::item) return;
  const DetectionItem& item = *detection.item;
  const Stretch field = keep(item.field), modifier = keep(fmt::format("{}", fmt::join(item.modifiers, "|")));
  for (const sigma::ItemValue& value : item.values)
    places_.push_back({field, modifier, keep(written_pattern(item, value.value))});
}

Explanations::Stretch Explanations::keep(std::string_view text) {
  const auto begin = static_cast<uint32_t>(text_.size());
  text_ += text;
  return {begin, static_cast<uint32_t>(text.size())};
}

Explanation Explanations::operator[](size_t value) const {
  const Place& place = places_[value];
  return {text_of(place.field), text_of(place.modifier), text_of(place.pattern)};
}

}  // namespace sigrun
