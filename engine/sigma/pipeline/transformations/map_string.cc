// map_string: whole text values become others, one or several. Keys are compared with the plain text of the value
// (plain_text.h), letter case included.
#include <map>

#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

class MapString : public ValueTransformation {
 public:
  explicit MapString(Parameters& parameters) {
    for (auto& [text, replacements] : parameters.mapping("mapping"))
      mapping_.emplace(std::move(text), std::move(replacements));
  }

 protected:
  Change apply_value(const Value& value, Mark, std::vector<Value>& results, RuleContext&) const override {
    auto* pattern = std::get_if<TextPattern>(&value);
    auto found = pattern ? mapping_.find(plain_text(*pattern)) : mapping_.end();
    if (found == mapping_.end()) return Change::none;
    for (const std::string& text : found->second) {
      TextPattern mapped = TextPattern::parse(text);
      mapped.cased = pattern->cased;
      results.push_back(std::move(mapped));
    }
    return Change::changed;
  }

 private:
  std::map<std::string, std::vector<std::string>> mapping_;
};

}  // namespace

std::shared_ptr<const Transformation> read_map_string(Parameters& parameters, const Limits&) {
  return std::make_shared<MapString>(parameters);
}

}  // namespace sigrun::sigma
