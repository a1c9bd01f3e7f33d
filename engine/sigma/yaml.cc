#include "sigma/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <unordered_set>

#include "sigma/yaml_advice.h"
#include "support/decimal.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

// The one exception of this file: leaves yaml-cpp's parser from inside a handler.
struct Refusal {
  Mark mark;
  std::string message;
};

Mark mark_of_offset(std::string_view text, size_t offset) {
  Mark mark{1, 1};
  for (size_t i = 0; i < offset; ++i) {
    ++mark.column;
    if (text[i] == '\n') ++mark.line, mark.column = 1;
  }
  return mark;
}

Mark to_mark(const YAML::Mark& mark) {
  return {static_cast<uint32_t>(std::max(mark.line, 0)) + 1,
          static_cast<uint32_t>(std::max(mark.column, 0)) + 1};
}

// Reads from memory without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

YamlKind kind_of_plain(std::string_view text) {
  if (text.empty() || text == "~" || text == "null") return YamlKind::null;
  if (text == "true" || text == "false") return YamlKind::boolean;
  if (Decimal::from_plain(text)) return YamlKind::number;
  return YamlKind::text;
}

// Builds one document's tree. yaml-cpp calls it in document order.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark.pos; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add_scalar(mark, "?", word_at(mark)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{to_mark(mark), "aliases (*name) are not allowed in rules; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (tag != "?" && !tag.empty()) check_closed(mark);
    add_scalar(mark, tag, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag, "seq");
    open(mark, YamlKind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag, "map");
    open(mark, YamlKind::map);
  }
  void OnMapEnd() override { close(); }

  int start() const { return start_; }
  YamlNode take_root() { return std::exchange(root_, {}); }
  void reset() {
    root_ = {};
    open_.clear();
    start_ = -1;
  }

 private:
  // A collection being filled. A map waits for a key when `key` is empty.
  struct Open {
    YamlNode node;
    bool has_key = false;
    std::string key;
    Mark key_mark;
    std::unordered_set<std::string> keys;
  };

  // yaml-cpp keeps no text of what it takes for null, NULL and Null among it. For an empty value the mark is that of the next
  // token, which may be a key that begins with such a word.
  std::string word_at(const YAML::Mark& mark) const {
    std::string_view rest = text_.substr(std::min(text_.size(), static_cast<size_t>(std::max(0, mark.pos))));
    bool key = !open_.empty() && open_.back().node.is_map() && !open_.back().has_key;
    for (std::string_view word : {"NULL", "Null", "null", "~"}) {
      if (!rest.starts_with(word)) continue;
      if (key) return std::string(word);
      size_t behind = rest.find_first_not_of(" \t", word.size());
      bool whole = behind == rest.npos || std::string_view("\r\n#,]}").find(rest[behind]) != rest.npos;
      if (whole && word[0] == 'N') return std::string(word);
    }
    return {};
  }

  // yaml-cpp takes the end of the file for a closing quote if a line break stands before it: the rest of the
  // rule would be swallowed. The mark is that of a tag or anchor where there is one.
  void check_closed(const YAML::Mark& mark) const {
    size_t at = text_.find_first_not_of(" \t\r\n", static_cast<size_t>(std::max(0, mark.pos)));
    while (at != text_.npos && (text_[at] == '!' || text_[at] == '&' || text_[at] == '#')) {
      const bool verbatim = text_.substr(at, 2) == "!<";
      at = text_.find_first_of(text_[at] == '#' ? "\n" : verbatim ? " \t\r\n" : " \t\r\n,[]{}", at);
      if (at != text_.npos) at = text_.find_first_not_of(" \t\r\n", at);
    }
    if (at == text_.npos || (text_[at] != '\'' && text_[at] != '"')) return;
    const bool single = text_[at] == '\'';
    for (size_t end = at + 1;; end += 2) {
      end = text_.find_first_of(single ? "'" : "\"\\", end);
      if (end == text_.npos) break;
      // What doubles or escapes the next character does not close.
      const bool pair = single ? text_.substr(end, 2) == "''" : text_[end] == '\\';
      if (!pair) return;
    }
    throw Refusal{
        mark_of_offset(text_, at),
        fmt::format("this {} quote is never closed; close it, and write {} for a quote inside the text",
                    single ? "single" : "double", single ? "''" : "\\\"")};
  }

  void count(const YAML::Mark& mark) {
    if (++nodes_ > limits_.yaml_nodes)
      throw Refusal{to_mark(mark), fmt::format("more than {} values in one file", limits_.yaml_nodes)};
  }

  static void check_tag(const YAML::Mark& mark, const std::string& tag, std::string_view allowed) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == fmt::format("tag:yaml.org,2002:{}", allowed))
      return;
    throw Refusal{to_mark(mark), fmt::format("the tag {} is not allowed here", tag)};
  }

  void open(const YAML::Mark& mark, YamlKind kind) {
    count(mark);
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key)
      throw Refusal{to_mark(mark), "a key must be plain text, not a list or a map"};
    if (open_.size() >= limits_.yaml_depth)
      throw Refusal{to_mark(mark), fmt::format("nested deeper than {} levels", limits_.yaml_depth)};
    Open collection;
    collection.node.kind = kind;
    collection.node.mark = to_mark(mark);
    open_.push_back(std::move(collection));
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add_scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    count(mark);
    YamlNode node;
    node.mark = to_mark(mark);
    node.text = value;
    constexpr std::string_view core = "tag:yaml.org,2002:";
    if (tag == "?" || tag.empty()) {
      node.kind = kind_of_plain(value);
    } else if (tag == "!") {
      node.kind = YamlKind::text;
    } else if (tag.starts_with(core)) {
      std::string_view name = std::string_view(tag).substr(core.size());
      YamlKind plain = kind_of_plain(value);
      node.kind = name == "str"                      ? YamlKind::text
                  : name == "int" || name == "float" ? YamlKind::number
                  : name == "bool"                   ? YamlKind::boolean
                                                     : YamlKind::null;
      if ((name != "str" && name != "int" && name != "float" && name != "bool" && name != "null") ||
          (node.kind != YamlKind::text && node.kind != plain))
        throw Refusal{to_mark(mark), fmt::format("the tag !!{} does not fit the value '{}'", name, value)};
    } else {
      throw Refusal{to_mark(mark), fmt::format("the tag {} is not allowed", tag)};
    }

    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) {
      Open& map = open_.back();
      if (value == "<<")
        throw Refusal{node.mark, "merge keys (<<) are not allowed in rules; write the values out"};
      if (!map.keys.insert(value).second)
        throw Refusal{
            node.mark,
            fmt::format("the key '{}' stands twice in this map; only one of them would count", value)};
      map.has_key = true;
      map.key = value;
      map.key_mark = node.mark;
      return;
    }
    if (node.kind == YamlKind::text) node.text_mark = find_verbatim(mark, value);
    add(std::move(node));
  }

  // Where a text begins that stands in the file to the letter: plain or in quotes, without escapes, in one
  // line.
  Mark find_verbatim(const YAML::Mark& mark, const std::string& value) const {
    const auto begin = static_cast<size_t>(std::max(0, mark.pos));
    if (begin >= text_.size() || value.find('\n') != value.npos) return {};
    const size_t quote = text_[begin] == '"' || text_[begin] == '\'' ? 1 : 0;
    if (text_.compare(begin + quote, value.size(), value) != 0) return {};
    const Mark found = to_mark(mark);
    return {found.line, found.column + static_cast<uint32_t>(quote)};
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else {
      parent.node.entries.push_back({std::move(parent.key), parent.key_mark, std::move(node)});
      parent.has_key = false;
      parent.key.clear();
    }
  }

  std::string_view text_;
  const Limits& limits_;
  YamlNode root_;
  std::vector<Open> open_;
  size_t nodes_ = 0;
  int start_ = -1;
};

// Offset of the first byte that no rule text may hold: yaml-cpp takes 0x04 for the end of the file.
size_t find_control(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F) return i;
  }
  return text.size();
}

// Throws a Refusal, or what yaml-cpp throws.
void read_documents(std::string_view text, const Limits& limits, YamlStream& stream) {
  ViewBuffer buffer(text);
  std::istream input(&buffer);
  TreeBuilder builder(text, limits);
  YAML::Parser parser(input);
  int previous_start = -1;
  while (true) {
    builder.reset();
    if (!parser.HandleNextDocument(builder)) return;
    // yaml-cpp 0.7 reports the same empty document for ever on text that begins none, such as ","
    // (yaml-cpp#1040).
    if (builder.start() <= previous_start)
      throw Refusal{mark_of_offset(text, static_cast<size_t>(std::max(0, builder.start()))),
                    "no YAML document begins here"};
    previous_start = builder.start();
    YamlNode root = builder.take_root();
    if (!root.is_null()) stream.documents.push_back(std::move(root));
  }
}

// The quote that is open where `text` ends, or nothing.
std::optional<Refusal> find_open_quote(std::string_view text, const Limits& limits) {
  YamlStream ignored;
  try {
    read_documents(std::string(text) + "\n", limits, ignored);
  } catch (const Refusal& refusal) {
    return refusal;
  } catch (const YAML::Exception&) {
  }
  return std::nullopt;
}

Refusal explain(const YAML::Exception& failure, std::string_view text, const Limits& limits) {
  if (failure.mark.is_null()) return {{}, "broken YAML: " + failure.msg};
  const size_t at = std::min(static_cast<size_t>(std::max(0, failure.mark.pos)), text.size());
  // Of a quote that is never closed yaml-cpp names only where it gave up.
  if (failure.msg == YAML::ErrorMsg::EOF_IN_SCALAR || failure.msg == YAML::ErrorMsg::DOC_IN_SCALAR)
    if (auto open = find_open_quote(text.substr(0, at), limits)) return *open;
  return {to_mark(failure.mark), advise_on_yaml(failure.msg, text, at)};
}

}  // namespace

bool YamlNode::truth() const { return kind == YamlKind::boolean && text == "true"; }

Mark YamlNode::mark_at(size_t at) const {
  if (text_mark.line == 0) return mark;
  return {text_mark.line, text_mark.column + static_cast<uint32_t>(std::min(at, text.size()))};
}

const YamlEntry* YamlNode::find_entry(std::string_view key) const {
  for (const YamlEntry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const YamlEntry* entry = find_entry(key);
  return entry ? &entry->value : nullptr;
}

std::string_view kind_name(YamlKind kind) {
  switch (kind) {
    case YamlKind::null: return "empty";
    case YamlKind::boolean: return "true or false";
    case YamlKind::number: return "a number";
    case YamlKind::text: return "text";
    case YamlKind::sequence: return "a list";
    case YamlKind::map: return "a map";
  }
  return "a value";
}

YamlStream parse_yaml(std::string_view text, const Limits& limits, DiagnosticSink& sink) {
  YamlStream stream;
  if (text.size() > limits.yaml_bytes) {
    sink.error({}, fmt::format("the file has {} bytes; at most {} are read", text.size(), limits.yaml_bytes));
    return stream;
  }
  if (size_t at = find_invalid_utf8(text); at != text.size()) {
    sink.error(mark_of_offset(text, at), "not valid UTF-8; save the file as UTF-8");
    return stream;
  }
  if (size_t at = find_control(text); at != text.size()) {
    sink.error(mark_of_offset(text, at),
               fmt::format("control character 0x{:02X} in the text", static_cast<unsigned char>(text[at])));
    return stream;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);

  try {
    read_documents(text, limits, stream);
    stream.complete = true;
  } catch (const Refusal& refusal) {
    sink.error(refusal.mark, refusal.message);
  } catch (const YAML::Exception& failure) {
    const Refusal refusal = explain(failure, text, limits);
    sink.error(refusal.mark, refusal.message);
  } catch (const std::exception& failure) {
    sink.error({}, std::string("broken YAML: ") + failure.what());
  }
  return stream;
}

}  // namespace sigrun::sigma
