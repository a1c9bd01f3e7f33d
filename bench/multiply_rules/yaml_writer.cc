#include "yaml_writer.h"

#include <string_view>

namespace sigrun::bench {
namespace {

using sigma::YamlKind;
using sigma::YamlNode;

void write_text(std::string_view text, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void write_scalar(const YamlNode& node, std::string& out) {
  if (node.kind == YamlKind::text)
    write_text(node.text, out);
  else if (node.kind == YamlKind::null)
    out += "null";
  else
    out += node.text;
}

// Writes what stands behind a key or a dash, up to its line's end.
void write_node(const YamlNode& node, size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  if (node.is_map()) {
    if (node.entries.empty()) out += " {}";
    out += '\n';
    for (const sigma::YamlEntry& entry : node.entries) {
      out += margin;
      write_text(entry.key, out);
      out += ':';
      write_node(entry.value, indent + 2, out);
    }
  } else if (node.is_sequence()) {
    if (node.items.empty()) out += " []";
    out += '\n';
    for (const YamlNode& item : node.items) {
      (out += margin) += '-';
      write_node(item, indent + 2, out);
    }
  } else {
    out += ' ';
    write_scalar(node, out);
    out += '\n';
  }
}

}  // namespace

std::string write_yaml(std::span<const YamlNode> documents) {
  std::string out;
  for (const YamlNode& document : documents) {
    out += "---";
    write_node(document, 0, out);
  }
  return out;
}

}  // namespace sigrun::bench
