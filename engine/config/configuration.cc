#include "config/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "config/limit_keys.h"
#include "config/value_reader.h"
#include "sigma/similar_name.h"
#include "sigma/yaml.h"
#include "support/quantity.h"
#include "text_file.h"

namespace sigrun {
namespace {

using sigma::YamlEntry;
using sigma::YamlKind;
using sigma::YamlNode;

constexpr int64_t second = 1'000'000'000;
constexpr int64_t most_lateness = 7 * 86'400, most_snapshot_interval = 86'400;  // seconds
constexpr uint64_t least_spool = 1 << 20;          // some segments of alerts
constexpr uint64_t most_inputs = 1'000'000, most_alert_rate = 1'000'000'000;
constexpr uint64_t least_state_memory = 1 << 20;  // some KiB for each of its parts
constexpr uint64_t most_memory = uint64_t{1} << 40;

class Reader;

// A key and what reads its value. The tables of keys, below the reader, are the list of what may be written.
struct Key {
  std::string_view name;
  void (*read)(Reader& reader, const YamlEntry& entry);
};
using Keys = std::span<const Key>;
Keys keys_of_section(std::string_view section);  // "": the top

// The methods read one kind of value each.
class Reader {
 public:
  Reader(const std::string& file, DiagnosticSink& sink)
      : folder_(std::filesystem::path(file).parent_path()), sink_(sink), values_(sink) {}

  Configuration result;

  void read_map(const YamlNode& map, std::string_view section) {
    const Keys keys = keys_of_section(section);
    for (const YamlEntry& entry : map.entries) {
      const auto key =
          std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == entry.key; });
      if (key == keys.end())
        sink_.error(entry.key_mark, unknown_key(entry.key, section));
      else
        key->read(*this, entry);
    }
  }
  void read_section(const YamlEntry& entry) {
    if (entry.value.is_map())
      read_map(entry.value, entry.key);
    else if (!entry.value.is_null())  // all of it may be commented out
      values_.refuse(entry, fmt::format("a map with {}", names_of(keys_of_section(entry.key))));
  }

  void read_text(const YamlEntry& entry, std::string_view what, std::string& out) {
    if (const std::string* text = values_.text(entry, what)) out = *text;
  }
  void read_texts(const YamlEntry& entry, std::string_view what, std::vector<std::string>& out) {
    out = values_.texts(entry, what);
  }
  void read_path(const YamlEntry& entry, std::string_view what, std::string& out) {
    if (const std::string* path = values_.text(entry, what)) note_place(out = from_folder(*path), entry);
  }
  void read_paths(const YamlEntry& entry, std::string_view what, std::vector<std::string>& out) {
    out = values_.texts(entry, what);
    for (std::string& path : out) path = from_folder(path);
    note_places(out, entry);
  }
  // What is not written as a path is the name of one that is shipped.
  void read_pipelines(const YamlEntry& entry) {
    result.load.pipelines = values_.texts(entry, "a pipeline's name or file");
    for (std::string& name : result.load.pipelines)
      if (name.find('/') != name.npos || is_yaml_file_name(name)) name = from_folder(name);
    note_places(result.load.pipelines, entry);
  }
  void read_taxonomy(const YamlEntry& entry) {
    std::string path;
    read_text(entry, "a file or folder of log source tables, or none", path);
    result.load.use_taxonomy = path != "none";
    if (result.load.use_taxonomy && !path.empty())
      note_place(result.load.taxonomy_path = from_folder(path), entry);
  }

  void read_logsource(const YamlEntry& entry) {
    constexpr std::string_view what = "auto, off, or a map with product, category or service";
    if (entry.value.is_map() && !entry.value.entries.empty()) {
      result.load.logsource.kind = LogSourceMode::Kind::fixed;
      return read_map(entry.value, entry.key);
    }
    const std::string* text = values_.text(entry, what);
    if (!text) return;
    std::string problem;
    if (const auto mode = parse_logsource_mode(*text, problem))
      result.load.logsource = *mode;
    else
      sink_.error(entry.value.mark, problem);
  }

  void read_level(const YamlEntry& entry, sigma::Level& out) {
    read_word(entry, "informational, low, medium, high or critical", sigma::parse_level, out);
  }
  void read_status(const YamlEntry& entry, sigma::Status& out) {
    read_word(entry, "unsupported, deprecated, experimental, test or stable", sigma::parse_status, out);
  }
  void read_format(const YamlEntry& entry) {
    using Format = OutputOptions::Format;
    const auto parse = [](std::string_view word) -> std::optional<Format> {
      if (word == "table") return Format::table;
      if (word == "ndjson") return Format::ndjson;
      return {};
    };
    read_word(entry, "table or ndjson", parse, result.output.format);
  }
  void read_zone(const YamlEntry& entry) {
    int64_t zone = 0;
    if (read_word(entry, "UTC or an offset such as +02:00", parse_zone, zone))
      result.load.time.zone_seconds = zone;
  }

  // A span of whole seconds.
  std::optional<int64_t> read_seconds(const YamlEntry& entry, int64_t least, int64_t most) {
    const auto span = values_.amount(entry, {Amount::Unit::span, static_cast<uint64_t>(least * second),
                                             static_cast<uint64_t>(most * second), second});
    if (!span) return {};
    return static_cast<int64_t>(*span) / second;
  }
  void read_bytes(const YamlEntry& entry, uint64_t least, size_t& out) {
    if (const auto bytes = values_.amount(entry, {Amount::Unit::bytes, least, most_memory}))
      out = static_cast<size_t>(*bytes);
  }
  void read_count(const YamlEntry& entry, uint64_t least, uint64_t most, size_t& out) {
    if (const auto count = values_.amount(entry, {Amount::Unit::count, least, most}))
      out = static_cast<size_t>(*count);
  }
  // One of two words, of which the second is the value after the first.
  template <class Choice>
  void read_choice(const YamlEntry& entry, std::string_view one, std::string_view other, Choice& out) {
    const auto parse = [&](std::string_view word) -> std::optional<Choice> {
      if (word == one) return Choice{0};
      if (word == other) return Choice{1};
      return {};
    };
    read_word(entry, fmt::format("{} or {}", one, other), parse, out);
  }
  void read_yes_no(const YamlEntry& entry, bool& out) {
    const auto parse = [](std::string_view word) -> std::optional<bool> {
      if (word == "yes" || word == "true") return true;
      if (word == "no" || word == "false") return false;
      return {};
    };
    read_word(entry, "yes or no", parse, out);
  }
  void read_limit(const YamlEntry& entry) {
    const LimitKey& key = *find_limit_key(entry.key);
    if (const auto value = values_.amount(entry, key.bounds)) key.set(result.load.limits, *value);
  }

  void read_state(const YamlEntry& entry) {
    read_section(entry);
    StateOptions& state = result.state;
    const YamlEntry* rule_memory = entry.value.find_entry("rule-memory");
    if (!rule_memory)
      state.rule_memory = std::min(state.rule_memory, state.memory);
    else if (state.rule_memory > state.memory)
      sink_.error(
          rule_memory->value.mark,
          fmt::format("rule-memory, {}, is more than memory, {}; one rule cannot have more than all have",
                      format_bytes(state.rule_memory), format_bytes(state.memory)));
  }

 private:
  void note_place(const std::string& path, const YamlEntry& entry) { note_place(path, entry.value.mark); }
  void note_place(const std::string& path, Mark mark) {
    result.load.named_at.try_emplace(path, fmt::format("{}:{}:{}", sink_.file(), mark.line, mark.column));
  }
  // One for each item, unless one was refused: then nothing is loaded.
  void note_places(const std::vector<std::string>& paths, const YamlEntry& entry) {
    const auto& items = entry.value.items;
    for (size_t i = 0; i < paths.size(); ++i)
      note_place(paths[i], i < items.size() ? items[i].mark : entry.value.mark);
  }

  std::string from_folder(const std::string& path) const {
    return (folder_ / path).string();  // an absolute path takes the folder's place
  }

  // `parse` gives nothing for what is no such word.
  template <class Parse, class Value>
  bool read_word(const YamlEntry& entry, std::string_view what, Parse parse, Value& out) {
    const std::string* text = values_.text(entry, what);
    if (!text) return false;
    const auto value = parse(*text);
    if (value)
      out = *value;
    else
      values_.refuse(entry, what);
    return value.has_value();
  }

  static std::string names_of(Keys keys) {
    std::string names;
    for (size_t i = 0; i < keys.size(); ++i)
      names += fmt::format("{}{}", i == 0 ? "" : i + 1 == keys.size() ? " and " : ", ", keys[i].name);
    return names;
  }

  std::string unknown_key(const std::string& key, std::string_view section) const;

  std::filesystem::path folder_;
  DiagnosticSink& sink_;
  ValueReader values_;
};

// ---- the keys --------------------------------------------------------------------------------------------------------

void read_section(Reader& reader, const YamlEntry& entry) { reader.read_section(entry); }

constexpr std::string_view chosen = "an id, a tag or a glob";

constexpr Key top_keys[] = {
    {"rules",
     [](Reader& r, const YamlEntry& e) { r.read_paths(e, "a file or folder", r.result.load.rule_paths); }},
    {"pipelines", [](Reader& r, const YamlEntry& e) { r.read_pipelines(e); }},
    {"taxonomy", [](Reader& r, const YamlEntry& e) { r.read_taxonomy(e); }},
    {"vars",
     [](Reader& r, const YamlEntry& e) {
       r.read_path(e, "a file of placeholders' values", r.result.load.vars_path);
     }},
    {"logsource", [](Reader& r, const YamlEntry& e) { r.read_logsource(e); }},
    {"selection", read_section},
    {"time", read_section},
    {"state", [](Reader& r, const YamlEntry& e) { r.read_state(e); }},
    {"live", read_section},
    {"limits", read_section},
    {"output", read_section},
};

constexpr Key logsource_keys[] = {
    {"product",
     [](Reader& r, const YamlEntry& e) {
       r.read_text(e, "text", r.result.load.logsource.logsource.product);
     }},
    {"category",
     [](Reader& r, const YamlEntry& e) {
       r.read_text(e, "text", r.result.load.logsource.logsource.category);
     }},
    {"service",
     [](Reader& r, const YamlEntry& e) {
       r.read_text(e, "text", r.result.load.logsource.logsource.service);
     }},
};

constexpr Key selection_keys[] = {
    {"min-level", [](Reader& r, const YamlEntry& e) { r.read_level(e, r.result.load.selection.min_level); }},
    {"min-status",
     [](Reader& r, const YamlEntry& e) { r.read_status(e, r.result.load.selection.min_status); }},
    {"select",
     [](Reader& r, const YamlEntry& e) { r.read_texts(e, chosen, r.result.load.selection.select); }},
    {"exclude",
     [](Reader& r, const YamlEntry& e) { r.read_texts(e, chosen, r.result.load.selection.exclude); }},
};

constexpr Key time_keys[] = {
    {"field",
     [](Reader& r, const YamlEntry& e) { r.read_texts(e, "a field's name", r.result.load.time.fields); }},
    {"zone", [](Reader& r, const YamlEntry& e) { r.read_zone(e); }},
    {"lateness",
     [](Reader& r, const YamlEntry& e) {
       r.result.load.time.lateness_seconds = r.read_seconds(e, 0, most_lateness);
     }},
};

constexpr Key state_keys[] = {
    {"folder", [](Reader& r, const YamlEntry& e) { r.read_path(e, "a folder", r.result.state.folder); }},
    {"memory",
     [](Reader& r, const YamlEntry& e) { r.read_bytes(e, least_state_memory, r.result.state.memory); }},
    {"rule-memory",
     [](Reader& r, const YamlEntry& e) { r.read_bytes(e, least_state_memory, r.result.state.rule_memory); }},
    {"evidence-memory",
     [](Reader& r, const YamlEntry& e) { r.read_bytes(e, 0, r.result.state.evidence_memory); }},
    {"snapshot-interval",
     [](Reader& r, const YamlEntry& e) {
       if (const auto seconds = r.read_seconds(e, 1, most_snapshot_interval))
         r.result.state.snapshot_interval_seconds = *seconds;
     }},
};

constexpr Key live_keys[] = {
    {"when-behind",
     [](Reader& r, const YamlEntry& e) { r.read_choice(e, "wait", "pass", r.result.live.when_behind); }},
    {"behind-memory",
     [](Reader& r, const YamlEntry& e) { r.read_bytes(e, least_state_memory, r.result.live.behind_memory); }},
    {"inputs",
     [](Reader& r, const YamlEntry& e) { r.read_count(e, 1, most_inputs, r.result.live.inputs); }},
    {"queue-detections",
     [](Reader& r, const YamlEntry& e) { r.read_yes_no(e, r.result.live.queue_detections); }},
    {"alert-rate",
     [](Reader& r, const YamlEntry& e) { r.read_count(e, 0, most_alert_rate, r.result.live.alert_rate); }},
    {"alert-rate-interval",
     [](Reader& r, const YamlEntry& e) {
       if (const auto seconds = r.read_seconds(e, 1, most_snapshot_interval))
         r.result.live.alert_rate_interval_seconds = *seconds;
     }},
    {"spool-size",
     [](Reader& r, const YamlEntry& e) { r.read_bytes(e, least_spool, r.result.live.spool_size); }},
    {"spool-full",
     [](Reader& r, const YamlEntry& e) { r.read_choice(e, "block", "drop-oldest", r.result.live.spool_full); }},
    {"on-load-error",
     [](Reader& r, const YamlEntry& e) { r.read_choice(e, "pass", "fail", r.result.live.on_load_error); }},
    {"metrics-file", [](Reader& r, const YamlEntry& e) { r.read_path(e, "a file", r.result.live.metrics_file); }},
};

constexpr Key output_keys[] = {
    {"file", [](Reader& r, const YamlEntry& e) { r.read_path(e, "a file", r.result.output.file); }},
    {"format", [](Reader& r, const YamlEntry& e) { r.read_format(e); }},
    {"min-level", [](Reader& r, const YamlEntry& e) { r.read_level(e, r.result.output.min_level); }},
};

Keys limit_section() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> all;
    for (const LimitKey& key : limit_keys())
      all.push_back({key.name, [](Reader& r, const YamlEntry& e) { r.read_limit(e); }});
    return all;
  }();
  return keys;
}

constexpr std::string_view sections[] = {"logsource", "selection", "time", "state", "live", "limits", "output"};

Keys keys_of_section(std::string_view section) {
  if (section == "logsource") return logsource_keys;
  if (section == "selection") return selection_keys;
  if (section == "time") return time_keys;
  if (section == "state") return state_keys;
  if (section == "live") return live_keys;
  if (section == "limits") return limit_section();
  if (section == "output") return output_keys;
  return top_keys;
}

bool has_key(Keys keys, std::string_view name) {
  return std::any_of(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
}

// What was meant, as far as it can be guessed: the same name with other dashes, one nearly the same, or the same elsewhere.
std::string Reader::unknown_key(const std::string& key, std::string_view section) const {
  const Keys keys = keys_of_section(section);
  std::string message = fmt::format("unknown key '{}'", key);
  if (!section.empty()) message += fmt::format(" in {}", section);
  std::vector<std::string_view> names;
  for (const Key& known : keys) names.push_back(known.name);
  std::string dashed = key;
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  if (has_key(keys, dashed)) return message + fmt::format("; did you mean {}?", dashed);
  if (const std::string_view meant = sigma::similar_key(dashed, names); !meant.empty())
    return message + fmt::format("; did you mean {}?", meant);
  std::string homes;
  for (const std::string_view other : sections)
    if (has_key(keys_of_section(other), dashed))
      homes += fmt::format("{}{}:", homes.empty() ? "" : " or ", other);
  if (!homes.empty()) return message + fmt::format("; {} belongs under {}", dashed, homes);
  if (has_key(top_keys, dashed)) return message + fmt::format("; {} belongs to the top of the file", dashed);
  return message + fmt::format("; known are {}", names_of(keys));
}

}  // namespace

std::optional<Configuration> read_configuration(std::string_view text, const std::string& file,
                                                DiagnosticSink& sink) {
  const sigma::YamlStream stream = sigma::parse_yaml(text, Limits(), sink);
  if (!stream.complete) return {};
  Reader reader(file, sink);
  if (stream.documents.size() > 1)
    sink.error(stream.documents[1].mark, "a configuration is one document; write all of it into the first");
  else if (!stream.documents.empty() && !stream.documents[0].is_map())
    sink.error(stream.documents[0].mark,
               fmt::format("a configuration is a map with keys such as rules:, not {}",
                           kind_name(stream.documents[0].kind)));
  else if (!stream.documents.empty())
    reader.read_map(stream.documents[0], {});
  if (sink.error_count() > 0) return {};
  return std::move(reader.result);
}

std::optional<Configuration> load_configuration(const std::string& path, DiagnosticSink& sink) {
  std::string problem;
  const auto text = read_text(path, Limits().yaml_bytes, problem);
  if (text) return read_configuration(*text, path, sink);
  sink.error({}, problem.substr(std::min(problem.size(), path.size() + 2)));  // the sink names the file
  return {};
}

std::vector<std::string> configuration_keys() {
  std::vector<std::string> names;
  for (const Key& key : top_keys) {
    names.emplace_back(key.name);
    if (std::find(std::begin(sections), std::end(sections), key.name) == std::end(sections)) continue;
    for (const Key& inner : keys_of_section(key.name))
      names.push_back(fmt::format("{}.{}", key.name, inner.name));
  }
  return names;
}

}  // namespace sigrun
