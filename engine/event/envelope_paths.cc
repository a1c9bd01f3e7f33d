#include "event/envelope_paths.h"

#include <algorithm>

namespace sigrun {
namespace {

uint64_t size_bit(size_t size) { return uint64_t{1} << std::min<size_t>(size, 63); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Undoes escapes that stand for ASCII; anything else stays as written and so matches no path.
std::string unescape_ascii(std::string_view key) {
  std::string out;
  for (size_t at = 0; at < key.size(); ++at) {
    if (key[at] != '\\' || at + 1 == key.size()) {
      out += key[at];
      continue;
    }
    char kind = key[at + 1];
    if (kind == 'u' && at + 5 < key.size()) {
      int code = 0;
      for (size_t digit = at + 2; digit < at + 6 && code >= 0; ++digit) {
        int value = hex_digit(key[digit]);
        code = value < 0 ? -1 : code * 16 + value;
      }
      if (code >= 0 && code < 0x80) {
        out += static_cast<char>(code);
        at += 5;
        continue;
      }
    } else if (kind == '/' || kind == '"' || kind == '\\') {
      out += kind;
      ++at;
      continue;
    }
    out += '\\';
  }
  return out;
}

}  // namespace

EnvelopePaths::EnvelopePaths(const std::vector<std::string>& paths) : nodes_(1) {
  for (std::string_view path : paths) {
    Node node = root;
    for (size_t at = 0; at < path.size();) {
      std::string_view key = path.substr(at, path.find('.', at) - at);
      at += key.size() + 1;
      if (key.empty()) continue;
      Node next = find(node, key);
      if (next == none) {
        next = static_cast<Node>(nodes_.size());
        nodes_[node].children.push_back({std::string(key), next});
        nodes_[node].sizes |= size_bit(key.size());
        nodes_.emplace_back();
      }
      node = next;
    }
    if (node != root) nodes_[node].ends = true;
  }
}

EnvelopePaths::Node EnvelopePaths::find(Node node, std::string_view key) const {
  const Tree& tree = nodes_[node];
  if (!(tree.sizes & size_bit(key.size()))) return none;
  for (const Child& child : tree.children) {
    if (child.key == key) return child.node;
  }
  return none;
}

EnvelopePaths::Node EnvelopePaths::child(Node node, std::string_view key) const {
  if (key.find('\\') == std::string_view::npos) [[likely]]
    return find(node, key);
  return find(node, unescape_ascii(key));
}

}  // namespace sigrun
