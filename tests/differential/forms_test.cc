// One event as JSON text, as msgpack and, where it is flat, as names and values: the same rules match, for the same reasons.
#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <memory>
#include <optional>
#include <span>
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

// Keywords alone, so that an event's bytes are looked through before anything else is done.
struct Keywords {
  explicit Keywords(const std::vector<std::string>& texts) {
    for (size_t i = 0; i < texts.size(); ++i) {
      DiagnosticSink sink("rule.yml");
      std::string yaml = "title: T" + std::to_string(i) + "\nlogsource: {product: p}\ndetection: {k: ['" + texts[i] + "'], condition: k}\n";
      sigma::RuleFile file = sigma::read_rules(yaml, limits, sink);
      REQUIRE(file.detections.size() == 1);
      rules.push_back(std::move(file.detections[0]));
    }
    static const std::vector<sigma::TaxonomyTable> no_tables;
    plan = build_plan({rules, no_tables, Routing::off, {}, limits});
    index.emplace(*plan);
    matcher.emplace(*plan, *index, limits);
  }
  std::string json(const std::string& text) {
    const std::string padded = text + std::string(event_padding, '\0');
    return hits_of(matcher->read({padded.data(), text.size()}));
  }
  std::string msgpack(std::string_view event) { return hits_of(matcher->read_msgpack(event)); }
  std::string pairs(std::span<const NamedValue> event) { return hits_of(matcher->read_pairs(event)); }
  std::string hits_of(JsonWalker::Outcome outcome) {
    if (outcome == JsonWalker::Outcome::broken) return matcher->problem();
    matcher->evaluate(hits);
    return told(*matcher, hits);
  }

  Limits limits;
  std::vector<sigma::DetectionRule> rules;
  std::unique_ptr<const Plan> plan;
  std::optional<CandidateIndex> index;
  std::optional<Matcher> matcher;
  std::vector<Hit> hits;
};

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

TEST_CASE("random texts and numbers in three forms: the same keywords are found") {
  Random random(environment_number("SIGRUN_DIFFERENTIAL_SEED", 20'261'123));
  Keywords words({"mimikatz", "*C:\\users\\x*", "\\u0041", "sk", "a/b\"c", "wörter"});
  Keywords with_numbers({"mimikatz", "4625", "-1", "1.5", "*e+*", "sk"});
  const std::vector<std::string> pieces = {"mimi", "KATZ", "katz", "mimikatz", "c:\\\\", "Users\\\\x", "users", "\\\\u0041", "\\u0041", "\\u00", "41",
                                           "\\u017f", "\\u212a", "s", "k", "S", "K", "\u017f", "\u212a", "a\\/b", "\\\"c", "w\u00d6rter", "\\u00f6", "46", "25", "4625", "-1", "1.5", " "};
  const std::vector<std::string> scalars = {"4625", "46250", "-1", "1.5", "31.5", "1e21", "-2.5e30", "0", "127", "65535", "true", "null", "{\"mimikatz\":1}", "[\"mimi\",\"katz\"]"};
  auto text = [&] {
    std::string out;
    for (size_t i = random.below(4); i > 0; --i) out += pieces[random.below(pieces.size())];
    return out.find("\\u00") != out.npos && out.find("\\u00") + 6 > out.size() ? std::string() : out;
  };
  size_t found = 0, differences = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string json = "{";
    for (size_t i = random.below(12); i > 0; --i)
      json += (json.size() > 1 ? ",\"" : "\"") + text() + "\":" + (random.chance(40) ? scalars[random.below(scalars.size())] : "\"" + text() + "\"");
    json += "}";
    for (Keywords* keywords : {&words, &with_numbers}) {
      const std::string expected = keywords->json(json);
      found += expected.find('=') != expected.npos;
      auto compare = [&](const char* form, const std::string& told_there) {
        if (told_there == expected || ++differences > 5) return;
        MESSAGE(json, "\nas JSON: ", expected, "\nas ", form, ": ", told_there);
      };
      if (expected.find("escape") != expected.npos) continue;
      if (const auto msgpack = Converter(json, random).to_msgpack()) compare("msgpack", keywords->msgpack(*msgpack));
      std::vector<std::pair<std::string, std::string>> texts;
      std::vector<PairType> types;
      if (!Converter(json, random).to_pairs(texts, types)) continue;
      std::vector<NamedValue> pairs;
      for (size_t j = 0; j < texts.size(); ++j) pairs.push_back({texts[j].first, texts[j].second, types[j]});
      compare("pairs", keywords->pairs(pairs));
    }
  }
  CHECK(differences == 0);
  CHECK(found > 4'000);
}

TEST_CASE("keywords in what only msgpack has") {
  Keywords keywords({"mimikatz", "4625", "1970-01-01T00:00:07", "\\users", "sk"});
  using std::string_literals::operator""s;
  CHECK(keywords.msgpack("\x81\xa1""F\xa8mimikatz"s) == keywords.json(R"({"F":"mimikatz"})"));
  REQUIRE(keywords.msgpack("\x81\xa1""F\xa8mimikatz"s).starts_with("0:"));
  CHECK(keywords.msgpack("\x81\xa1""F\xc4\x08MimiKatz"s).starts_with("0:"));                // bin
  CHECK(keywords.msgpack("\x81\xa1""F\xab\xff\xC3mimikatz\x80"s).starts_with("0:"));        // no UTF-8
  CHECK(keywords.msgpack("\x81\xa1""F\xabmimi\xe2\x84\xaa""atz."s) == keywords.json("{\"F\":\"mimi\u212Aatz.\"}"));
  CHECK(keywords.msgpack("\x81\xa1""F\xa9mimi\xffkatz"s).empty());
  CHECK(keywords.msgpack("\x81\xa1""F\x92\xa4mimi\xa4katz"s).empty());                      // side by side
  CHECK(keywords.msgpack("\x82\xa4mimi\xa4katz\xa1""F\x01"s).empty());
  CHECK(keywords.msgpack("\x81\xa8mimikatz\x01"s).empty());                                 // a key
  CHECK(keywords.msgpack("\x81\xa1""F\xc7\x08\x05mimikatz"s).empty());                      // ext
  CHECK(keywords.msgpack("\x81\xcd\x12\x11\x01"s).empty());                                 // an integer key
  CHECK(keywords.msgpack("\x81\x01\xcd\x12\x11"s).starts_with("1:"));                       // integers of every type
  CHECK(keywords.msgpack("\x81\x01\xce\0\0\x12\x11"s).starts_with("1:"));
  CHECK(keywords.msgpack("\x81\x01\xd3\0\0\0\0\0\0\x12\x11"s).starts_with("1:"));
  CHECK(keywords.msgpack("\x81\x01\xcf\x80\0\0\0\0\0\0\0"s).empty());
  CHECK(keywords.msgpack("\x81\x01\xd6\xff\0\0\0\x07"s).starts_with("2:"));                 // a time
  CHECK(keywords.msgpack("\x81\xa1""F\xa8\\users\\u"s).starts_with("3:"));                  // no escape
  CHECK(keywords.msgpack("\x81\xa1""F\xa3\xc5\xbfK"s).starts_with("4:"));                   // letters that fold into ASCII
}

}  // namespace sigrun::differential
