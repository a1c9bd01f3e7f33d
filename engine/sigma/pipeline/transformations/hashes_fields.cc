// hashes_fields: `Hashes: 'SHA1=ab…,'` becomes one field per algorithm. A value names its algorithm before `=` or `|`, or
// shows it by its length.
#include <fmt/format.h>

#include <algorithm>

#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

std::string_view algorithm_of_length(size_t length) {
  switch (length) {
    case 32: return "MD5";
    case 40: return "SHA1";
    case 64: return "SHA256";
    case 128: return "SHA512";
    default: return {};
  }
}

std::string_view strip(std::string_view text, std::string_view characters) {
  size_t begin = text.find_first_not_of(characters);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(characters) - begin + 1);
}

class HashesFields : public DetectionItemTransformation {
 public:
  explicit HashesFields(Parameters& parameters)
      : algorithms_(parameters.texts("valid_hash_algos")),
        prefix_(parameters.optional_text("field_prefix").value_or("")),
        drop_algorithm_(parameters.flag("drop_algo_prefix", false)),
        fields_(parameters.optional_texts("field_to_parse")
                    .value_or(std::vector<std::string>{"Hashes", "Hash"})) {
    if (drop_algorithm_ && prefix_.empty())
      parameters.error(parameters.mark_of("drop_algo_prefix"), "leaves no field name without a field_prefix");
  }

 protected:
  Change apply_item(Detection& node, RuleContext& context) const override {
    const DetectionItem& item = *node.item;
    if (item.keyword || std::find(fields_.begin(), fields_.end(), item.field) == fields_.end())
      return Change::none;
    auto is_text = [](const ItemValue& value) { return std::holds_alternative<TextPattern>(value.value); };
    if (!std::all_of(item.values.begin(), item.values.end(), is_text)) return Change::none;

    std::vector<DetectionItem> by_field;
    for (const ItemValue& value : item.values)
      add(std::get<TextPattern>(value.value), value.mark, item, by_field, context);
    if (by_field.empty()) {
      context.error(item.mark, fmt::format("hashes_fields finds none of the algorithms {} in '{}'",
                                           fmt::join(algorithms_, ", "), item.field));
      return Change::failed;
    }
    bool all = item.match_all, negated = item.negated;
    std::vector<Detection> children;
    for (DetectionItem& one : by_field) children.push_back(item_node(std::move(one)));
    node = all ? conjunction(std::move(children), negated) : alternatives(std::move(children), negated);
    return Change::changed;
  }

 private:
  void add(const TextPattern& pattern, Mark mark, const DetectionItem& from,
           std::vector<DetectionItem>& by_field, RuleContext& context) const {
    std::string text = plain_text(pattern);
    std::string algorithm;
    std::string_view hash = text;
    char separator = text.find('|') != text.npos ? '|' : '=';
    size_t at = text.find(separator);
    if (at != text.npos && text.find(separator, at + 1) == text.npos) {
      algorithm = text.substr(0, at);
      algorithm.erase(0, std::min(algorithm.find_first_not_of('*'), algorithm.size()));
      for (char& c : algorithm)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      hash = strip(hash.substr(at + 1), "*?");
    } else {
      hash = strip(hash.substr(0, at), "*?");
      algorithm = algorithm_of_length(hash.size());
    }
    if (std::find(algorithms_.begin(), algorithms_.end(), algorithm) == algorithms_.end()) {
      context.warning(
          mark, fmt::format("hashes_fields leaves out '{}': none of {}", text, fmt::join(algorithms_, ", ")));
      return;
    }
    std::string field = prefix_ + (drop_algorithm_ ? std::string() : algorithm);
    auto found = std::find_if(by_field.begin(), by_field.end(),
                              [&](const DetectionItem& item) { return item.field == field; });
    if (found == by_field.end()) {
      DetectionItem item = from;
      item.field = field;
      item.literal_field = true;
      item.modifiers.clear();
      item.values.clear();
      found = by_field.insert(by_field.end(), std::move(item));
    }
    TextPattern value = TextPattern::parse(hash);
    value.cased = pattern.cased;
    found->values.push_back({std::move(value), mark});
  }

  std::vector<std::string> algorithms_;
  std::string prefix_;
  bool drop_algorithm_;
  std::vector<std::string> fields_;
};

}  // namespace

std::shared_ptr<const Transformation> read_hashes_fields(Parameters& parameters, const Limits&) {
  return std::make_shared<HashesFields>(parameters);
}

}  // namespace sigrun::sigma
