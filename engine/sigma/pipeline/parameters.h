// Reads the keys of one transformation or condition, each asked for by name, and reports what is missing, of the wrong
// kind, or not asked for.
//
// Use: construct, call the readers, then finish(). A reader that reports a problem returns an empty value, so that all
// problems of one map are found in one go; nothing may be built from a map whose finish() is false.
// Threads: one thread; refers to the tree and the sink, which must outlive it.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma/pipeline/scalar.h"
#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::sigma {

class Parameters {
 public:
  using Mapping = std::vector<std::pair<std::string, std::vector<std::string>>>;

  // `what` names the map in messages: "field_name_mapping", "condition 'logsource'".
  Parameters(const YamlNode& map, std::string what, DiagnosticSink& sink);

  std::string text(std::string_view key);
  std::optional<std::string> optional_text(std::string_view key);
  bool flag(std::string_view key, bool otherwise);
  Scalar scalar(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::optional<std::vector<std::string>> optional_texts(std::string_view key);
  // Text or a list of texts under each key.
  Mapping mapping(std::string_view key);
  // One of `allowed`; the first when the key is absent.
  std::string choice(std::string_view key, std::initializer_list<std::string_view> allowed);
  // The value itself, or null.
  const YamlNode* node(std::string_view key);
  const YamlNode* required_node(std::string_view key);
  // Takes a key that somebody else reads.
  void ignore(std::string_view key) { taken_.emplace(key); }

  bool has(std::string_view key) const { return map_.find(key) != nullptr; }
  Mark mark() const { return map_.mark; }
  Mark mark_of(std::string_view key) const;
  void error(Mark mark, std::string_view message);
  // Refuses the whole map, whatever its other keys.
  void refuse(std::string_view message);
  DiagnosticSink& sink() { return sink_; }

  // Reports the keys that nobody took. False after any problem.
  bool finish();

 private:
  std::optional<std::vector<std::string>> list_of(const YamlNode& node, std::string_view key);

  const YamlNode& map_;
  std::string what_;
  DiagnosticSink& sink_;
  std::set<std::string, std::less<>> taken_;
  bool good_ = true;
};

}  // namespace sigrun::sigma
