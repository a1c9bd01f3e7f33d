// The configuration's keys are those of its documentation, of its schema and of its example; so are the defaults.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_fixture.h"
#include "config/configuration.h"
#include "config/limit_keys.h"
#include "sigma/yaml.h"
#include "support/json_value.h"
#include "support/quantity.h"

using namespace sigrun;

namespace {

using Keys = std::set<std::string>;

Keys reader_keys() {
  const auto keys = configuration_keys();
  Keys unique(keys.begin(), keys.end());
  CHECK(unique.size() == keys.size());
  return unique;
}

// The keys of each table of docs/configuration.md, with what stands in the column of defaults.
std::map<std::string, std::string> documented() {
  const std::string text = cli::read_whole_file("docs/configuration.md");
  std::map<std::string, std::string> keys;
  std::string section;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    std::string name, value;
    if (line.starts_with("## ")) section.clear();
    RE2::FullMatch(line, "## `(.*)`", &section);
    if (RE2::PartialMatch(line, "^\\| `([a-z-]+)` \\| *(.*?) *\\|", &name, &value))
      CHECK(keys.emplace(section.empty() ? name : section + "." + name, value).second);
    begin = end + 1;
  }
  return keys;
}

// Of the schema's object, and of those inside it; the key's own schema with it.
void add_properties(const test::JsonValue& schema, const std::string& prefix,
                    std::map<std::string, const test::JsonValue*>& keys) {
  if (const test::JsonValue* choices = schema.find("oneOf"))
    for (const test::JsonValue& choice : choices->items) add_properties(choice, prefix, keys);
  const test::JsonValue* properties = schema.find("properties");
  if (!properties) return;
  const test::JsonValue* more = schema.find("additionalProperties");
  CHECK((more && more->raw == "false"));
  for (const test::JsonMember& property : properties->members) {
    keys.emplace(prefix + property.name, &property.value);
    add_properties(property.value, prefix + property.name + ".", keys);
  }
}

struct Schema {
  std::string text = cli::read_whole_file("docs/sigrun.schema.json");
  std::optional<test::JsonValue> root = test::parse_json(text);
  std::map<std::string, const test::JsonValue*> keys;
  Schema() {
    REQUIRE(root);
    add_properties(*root, {}, keys);
  }
};

template <class Value>
Keys names_of(const std::map<std::string, Value>& map) {
  Keys keys;
  for (const auto& [name, value] : map) keys.insert(name);
  return keys;
}

Configuration read(std::string_view text, const std::string& file = "docs/sigrun.yaml") {
  DiagnosticSink sink(file);
  auto configuration = read_configuration(text, file, sink);
  REQUIRE_MESSAGE(configuration, sink.first_error());
  return *configuration;
}

// Keys of sections whose defaults can be written as values.
bool has_amount(std::string_view key) {
  return key.starts_with("limits.") || (key.starts_with("state.") && key != "state.folder") ||
         (key.starts_with("live.") && key != "live.metrics-file");
}

// Reads each amount as the value of its key; whoever left everything as it is got the same.
void check_defaults(const std::map<std::string, std::string>& written) {
  std::string limits = "limits:\n", state = "state:\n", live = "live:\n";
  size_t amounts = 0;
  for (auto [key, value] : written) {
    if (!has_amount(key)) continue;
    std::erase(value, '`');
    ++amounts;
    const size_t dot = key.find('.');
    (key.starts_with("limits.") ? limits : key.starts_with("live.") ? live : state) += "  " + key.substr(dot + 1) + ": " + value + "\n";
  }
  CHECK(amounts == limit_keys().size() + 4 + 9);
  const Configuration configuration = read(limits + state + live);
  for (const LimitKey& key : limit_keys()) {
    INFO(key.name);
    CHECK(key.get(configuration.load.limits) == key.get(Limits()));
  }
  CHECK(configuration.state == StateOptions());
  CHECK(configuration.live == LiveOptions());
}

}  // namespace

TEST_SUITE("configuration's documentation") {
  TEST_CASE("docs/configuration.md has every key, and its defaults are true") {
    CHECK(names_of(documented()) == reader_keys());
    check_defaults(documented());
  }

  TEST_CASE("docs/sigrun.schema.json has every key, and its defaults are true") {
    const Schema schema;
    CHECK(names_of(schema.keys) == reader_keys());
    std::map<std::string, std::string> defaults;
    for (const auto& [key, value] : schema.keys)
      if (const test::JsonValue* standard = value->find("default")) defaults[key] = standard->text;
    check_defaults(defaults);
  }

  TEST_CASE("the schema takes the amounts that the reader takes") {
    const Schema schema;
    const auto pattern = [&](const char* definition) {
      const test::JsonValue* choices = schema.root->find("$defs")->find(definition)->find("oneOf");
      REQUIRE(choices);
      return choices->items.at(1).text_of("pattern");
    };
    const std::string bytes = pattern("bytes"), span = pattern("span");
    for (const std::string text :
         {"0",   "1",    "1 B", "7B",  "64KiB",  "64 MiB", "2GiB", "1TiB", "3kB", "3KB",
          "3MB", "3GB",  "3TB", "1K",  "1.5MiB", "1  MiB", "MiB",  "",     "-1",  "1 mib",
          "5s",  "5 ms", "1us", "1ns", "2m",     "3h",     "4d",   "5",    "1w",  "2 min"}) {
      INFO(text);
      CHECK(RE2::FullMatch(text, bytes) == parse_bytes(text).has_value());
      CHECK(RE2::FullMatch(text, span) == parse_span(text).has_value());
    }
    const std::string zone = schema.keys.at("time.zone")->text_of("pattern");
    for (const std::string text :
         {"UTC", "Z", "+00:00", "-03:30", "+14:59", "+15:00", "CET", "02:00", "+2:00", "+02:60", "utc"}) {
      INFO(text);
      CHECK(RE2::FullMatch(text, zone) == parse_zone(text).has_value());
    }
  }

  TEST_CASE("docs/sigrun.yaml can be loaded, has every key, and says the defaults") {
    DiagnosticSink sink("docs/sigrun.yaml");
    const auto configuration = load_configuration("docs/sigrun.yaml", sink);
    REQUIRE_MESSAGE(configuration, sink.first_error());
    CHECK(configuration->load.rule_paths == std::vector<std::string>{"docs/../rules"});
    CHECK(configuration->load.limits == Limits());
    StateOptions state;
    state.folder = configuration->state.folder;
    CHECK(configuration->state == state);
    LiveOptions live;
    live.metrics_file = configuration->live.metrics_file;
    CHECK(configuration->live == live);
    const std::string text = cli::read_whole_file("docs/sigrun.yaml");
    const auto stream = sigma::parse_yaml(text, Limits(), sink);
    REQUIRE(stream.documents.size() == 1);
    Keys keys;
    for (const sigma::YamlEntry& entry : stream.documents[0].entries) {
      keys.insert(entry.key);
      for (const sigma::YamlEntry& inner : entry.value.entries) keys.insert(entry.key + "." + inner.key);
    }
    CHECK(keys == reader_keys());
  }

  TEST_CASE("the example in docs/configuration.md can be read") {
    const std::string text = cli::read_whole_file("docs/configuration.md");
    const size_t begin = text.find("```yaml\n") + 8;
    const Configuration configuration =
        read(text.substr(begin, text.find("```\n", begin) - begin), "sigrun.yaml");
    CHECK(configuration.load.rule_paths.size() == 2);
    CHECK(configuration.load.limits.event_bytes == 32u << 20);
    CHECK(configuration.output.file == "alerts.ndjson");
  }
}
