// One event as JSON text, as msgpack and, where it is flat, as names and values: the same rules match, for the same reasons.
#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "differential/comparison.h"
#include "differential/generator.h"
#include "event/event_batch.h"
#include "event/json_string.h"
#include "match/matcher.h"
#include "plan/plan_builder.h"
#include "sigma/placeholders.h"
#include "sigma/rule_reader.h"

namespace sigrun::differential {
namespace {

constexpr size_t rules_per_batch = 24, events_per_batch = 60;

// Writes JSON text in another form. Knows valid JSON only; what the form cannot say makes it give up.
class Converter {
 public:
  Converter(std::string_view json, Random& random) : json_(json), random_(random) {}

  std::optional<std::string> to_msgpack() {
    std::string out;
    if (!value(out)) return {};
    return out;
  }

  // Of a flat object.
  bool to_pairs(std::vector<std::pair<std::string, std::string>>& texts, std::vector<PairType>& types) {
    skip();
    ++at_;
    for (skip(); json_[at_] != '}'; skip()) {
      if (json_[at_] == ',') ++at_, skip();
      std::string name = string();
      skip();
      ++at_;
      skip();
      const char first = json_[at_];
      if (first == '{' || first == '[') return false;
      types.push_back(first == '"' ? PairType::text : first == 'n' ? PairType::null : first == 't' || first == 'f' ? PairType::truth : PairType::number);
      texts.emplace_back(std::move(name), first == '"' ? string() : std::string(word()));
    }
    return true;
  }

 private:
  void skip() {
    while (at_ < json_.size() && std::string_view(" \t\r\n").find(json_[at_]) != std::string_view::npos) ++at_;
  }
  std::string string() {
    const size_t begin = ++at_;
    while (json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    std::string text;
    unescape_json(json_.substr(begin, at_++ - begin), text);
    return text;
  }
  std::string_view word() {
    const size_t begin = at_;
    while (at_ < json_.size() && std::string_view(",]} \t\r\n").find(json_[at_]) == std::string_view::npos) ++at_;
    return json_.substr(begin, at_ - begin);
  }
  static void big_endian(uint64_t number, size_t bytes, std::string& out) {
    for (size_t i = bytes; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xFF);
  }
  // In any of the ways that there are.
  void head(size_t count, unsigned fixed, size_t most_fixed, unsigned char lead16, std::string& out) {
    if (count <= most_fixed && random_.chance(80)) {
      out += static_cast<char>(fixed | count);
    } else {
      const bool wide = random_.chance(30);
      out += static_cast<char>(lead16 + wide);
      big_endian(count, wide ? 4 : 2, out);
    }
  }
  void text(const std::string& text, std::string& out) {
    if (random_.chance(10)) {
      out += '\xc6';
      big_endian(text.size(), 4, out);
    } else {
      head(text.size(), 0xa0, 31, 0xda, out);
    }
    out += text;
  }
  bool number(std::string_view written, std::string& out) {
    int64_t integer = 0;
    if (auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), integer);
        error == std::errc() && end == written.data() + written.size() && std::to_string(integer) == written) {
      if (integer >= -32 && integer < 128 && random_.chance(50)) {
        out += static_cast<char>(integer);
      } else if (integer >= 0 && integer < 0x10000 && random_.chance(50)) {
        out += '\xcd';
        big_endian(static_cast<uint64_t>(integer), 2, out);
      } else {
        out += integer >= 0 && random_.chance(50) ? '\xcf' : '\xd3';
        big_endian(static_cast<uint64_t>(integer), 8, out);
      }
      return true;
    }
    uint64_t large = 0;
    if (auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), large);
        error == std::errc() && end == written.data() + written.size() && std::to_string(large) == written) {
      out += '\xcf';
      big_endian(large, 8, out);
      return true;
    }
    double real = 0;
    if (auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), real); error == std::errc()) {
      char room[64];
      std::string again(room, std::to_chars(room, room + sizeof room, real).ptr);
      if (again.find_first_of(".e") == again.npos) again += ".0";
      if (again != written) return false;
      out += '\xcb';
      big_endian(std::bit_cast<uint64_t>(real), 8, out);
      return true;
    }
    return false;
  }
  bool value(std::string& out) {
    skip();
    switch (json_[at_]) {
      case '"': text(string(), out); return true;
      case '{':
      case '[': return collection(out);
      case 't':
      case 'f': out += word() == "true" ? '\xc3' : '\xc2'; return true;
      case 'n': word(), out += '\xc0'; return true;
      default: return number(word(), out);
    }
  }
  bool collection(std::string& out) {
    const bool map = json_[at_++] == '{';
    size_t count = 0;
    std::string inner;
    for (skip(); json_[at_] != '}' && json_[at_] != ']'; skip(), ++count) {
      if (json_[at_] == ',') ++at_, skip();
      if (map) {
        text(string(), inner);
        skip();
        ++at_;
      }
      if (!value(inner)) return false;
    }
    ++at_;
    head(count, map ? 0x80 : 0x90, 15, static_cast<unsigned char>(map ? 0xde : 0xdc), out);
    out += inner;
    return true;
  }

  std::string_view json_;
  Random& random_;
  size_t at_ = 0;
};

std::string told(Matcher& matcher, const std::vector<Hit>& hits) {
  std::string out;
  std::vector<Match> matches;
  for (const Hit& hit : hits) {
    out += std::to_string(hit.rule) + ":";
    matches.clear();
    matcher.explain(hit, matches);
    for (const Match& match : matches) out += std::string(match.field) + "=" + match.value.text() + ";";
  }
  return out;
}

struct Totals {
  size_t events = 0, hits = 0, msgpack = 0, pairs = 0, differences = 0;
};

void run_batch(uint64_t seed, Totals& totals) {
  Random random(seed);
  const Limits limits;
  naive::Placeholders placeholders;
  for (const auto& [name, list] : sample_placeholders()) placeholders[name] = list;
  std::vector<GeneratedRule> generated;
  std::vector<sigma::DetectionRule> rules;
  for (size_t i = 0; i < rules_per_batch; ++i) {
    GeneratedRule rule = generate_rule(random, i);
    DiagnosticSink sink("rule.yml");
    sigma::RuleFile file = sigma::read_rules(rule.yaml, limits, sink);
    if (file.refused != 0 || file.detections.size() != 1 || !sigma::resolve_placeholders(file.detections[0], placeholders, limits, sink)) continue;
    rules.push_back(std::move(file.detections[0]));
    generated.push_back(std::move(rule));
  }
  if (generated.empty()) return;
  static const std::vector<sigma::TaxonomyTable> no_tables;
  const auto plan = build_plan({rules, no_tables, Routing::off, {}, limits});
  const CandidateIndex index(*plan);
  // One matcher for all forms: what it remembers of one must not mislead it about another.
  Matcher matcher(*plan, index, limits);
  std::vector<Hit> hits;
  for (size_t i = 0; i < events_per_batch; ++i) {
    const std::string json = generate_event(generated[i % generated.size()], random).to_text();
    std::string padded = json + std::string(event_padding, '\0');
    if (matcher.match({padded.data(), json.size()}, hits) == JsonWalker::Outcome::broken) continue;
    const std::string expected = told(matcher, hits);
    ++totals.events;
    totals.hits += hits.size();
    auto compare = [&](const std::string& form, JsonWalker::Outcome outcome) {
      hits.clear();
      if (outcome != JsonWalker::Outcome::broken) matcher.evaluate(hits);
      const std::string found = outcome == JsonWalker::Outcome::broken ? matcher.problem() : told(matcher, hits);
      if (found == expected || ++totals.differences > 5) return;
      MESSAGE("SIGRUN_DIFFERENTIAL_SEED=", seed, "\n", json, "\nas JSON: ", expected, "\nas ", form, ": ", found);
    };
    if (const auto msgpack = Converter(json, random).to_msgpack()) {
      ++totals.msgpack;
      compare("msgpack", matcher.read_msgpack(*msgpack));
    }
    std::vector<std::pair<std::string, std::string>> texts;
    std::vector<PairType> types;
    if (Converter(json, random).to_pairs(texts, types)) {
      std::vector<NamedValue> pairs;
      for (size_t j = 0; j < texts.size(); ++j) pairs.push_back({texts[j].first, texts[j].second, types[j]});
      ++totals.pairs;
      compare("pairs", matcher.read_pairs(pairs));
    }
  }
}

}  // namespace

TEST_CASE("random events in three forms: the same rules match, for the same reasons") {
  const uint64_t wanted = environment_number("SIGRUN_DIFFERENTIAL_PAIRS", 60'000) / 6;
  uint64_t seed = environment_number("SIGRUN_DIFFERENTIAL_SEED", 20'261'123);
  Totals totals;
  for (; totals.events < wanted; ++seed) run_batch(seed, totals);
  MESSAGE("events ", totals.events, ", hits ", totals.hits, ", as msgpack ", totals.msgpack, ", as pairs ", totals.pairs);
  CHECK(totals.differences == 0);
  // A comparison of misses, or of few, proves nothing.
  CHECK(totals.hits > totals.events / 2);
  CHECK(totals.msgpack > totals.events / 2);
  CHECK(totals.pairs > totals.events / 10);
}

}  // namespace sigrun::differential
