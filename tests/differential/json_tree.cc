#include "differential/json_tree.h"

#include <fmt/format.h>

namespace sigrun::differential {
namespace {

uint32_t value_of(const std::string& point) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(point[i]); };
  switch (point.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    case 3: return (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    default: return (byte(0) & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
  }
}

std::string unicode_escape(const std::string& point, bool upper) {
  auto unit = [&](uint32_t value) { return upper ? fmt::format("\\u{:04X}", value) : fmt::format("\\u{:04x}", value); };
  uint32_t value = value_of(point);
  if (value < 0x10000) return unit(value);
  return unit(0xD800 + ((value - 0x10000) >> 10)) + unit(0xDC00 + ((value - 0x10000) & 0x3FF));
}

}  // namespace

std::vector<std::string> code_points(const std::string& text) {
  std::vector<std::string> points;
  for (char c : text) {
    if ((c & 0xC0) != 0x80 || points.empty()) points.emplace_back();
    points.back() += c;
  }
  return points;
}

std::string json_string(const std::string& text, Random& random) {
  bool many_escapes = random.chance(10), few_escapes = random.chance(20), broken = random.chance(1);
  std::string out = "\"";
  for (const std::string& point : code_points(text)) {
    if ((many_escapes && random.chance(60)) || (few_escapes && random.chance(15))) {
      out += unicode_escape(point, random.chance(50));
    } else if (point == "\"" || point == "\\") {
      out += "\\" + point;
    } else if (point == "/" && random.chance(10)) {
      out += "\\/";
    } else if (point == "\n") {
      out += "\\n";
    } else if (point == "\t") {
      out += "\\t";
    } else if (point == "\r") {
      out += "\\r";
    } else if (static_cast<unsigned char>(point[0]) < 0x20) {
      out += unicode_escape(point, false);
    } else {
      out += point;
    }
    if (broken && random.chance(20)) out += random.pick({"\xFF", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xF0\x9F\x98", "\x80", "\xC0\xAF"});
  }
  return out + "\"";
}

JsonTree JsonTree::of(std::string json) { return {Kind::scalar, std::move(json), {}, {}}; }
JsonTree JsonTree::object() { return {Kind::object, {}, {}, {}}; }
JsonTree JsonTree::array(std::vector<JsonTree> items) { return {Kind::array, {}, {}, std::move(items)}; }

std::string JsonTree::to_text() const {
  if (kind == Kind::scalar) return scalar;
  std::string out(1, kind == Kind::object ? '{' : '[');
  for (const Member& member : members) {
    if (out.size() > 1) out += ",";
    out += member.written + ":" + member.value.to_text();
  }
  for (const JsonTree& item : items) {
    if (out.size() > 1) out += ", ";
    out += item.to_text();
  }
  return out + (kind == Kind::object ? '}' : ']');
}

std::vector<JsonTree> smaller_trees(const JsonTree& tree) {
  std::vector<JsonTree> smaller;
  for (size_t i = 0; i < tree.members.size(); ++i) {
    smaller.push_back(tree);
    smaller.back().members.erase(smaller.back().members.begin() + static_cast<std::ptrdiff_t>(i));
    for (JsonTree& inner : smaller_trees(tree.members[i].value)) {
      smaller.push_back(tree);
      smaller.back().members[i].value = std::move(inner);
    }
  }
  for (size_t i = 0; i < tree.items.size(); ++i) {
    smaller.push_back(tree);
    smaller.back().items.erase(smaller.back().items.begin() + static_cast<std::ptrdiff_t>(i));
    smaller.push_back(tree.items[i]);
    for (JsonTree& inner : smaller_trees(tree.items[i])) {
      smaller.push_back(tree);
      smaller.back().items[i] = std::move(inner);
    }
  }
  return smaller;
}

}  // namespace sigrun::differential
