#include "support/json_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/utf8.h"

namespace sigrun::test {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<JsonValue> read_all() {
    skip_space();
    auto value = read(0);
    skip_space();
    if (!value || at_ != text_.size()) return {};
    return value;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool is_digit() const { return peek() >= '0' && peek() <= '9'; }

  std::optional<JsonValue> read(size_t depth) {
    if (depth > 1000) return {};
    JsonValue value;
    size_t begin = at_;
    bool good = false;
    if (peek() == '{') good = read_object(value, depth);
    else if (peek() == '[') good = read_array(value, depth);
    else if (peek() == '"') value.kind = JsonValue::Kind::text, good = read_text(value.text);
    else if (peek() == '-' || is_digit()) good = read_number(value);
    else good = read_word(value);
    if (!good) return {};
    value.raw = text_.substr(begin, at_ - begin);
    return value;
  }

  bool read_word(JsonValue& value) {
    for (std::string_view word : {"true", "false", "null"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      value.kind = word == "null" ? JsonValue::Kind::null : JsonValue::Kind::truth;
      value.truth = word == "true";
      return true;
    }
    return false;
  }

  bool read_digits() {
    size_t begin = at_;
    while (is_digit()) ++at_;
    return at_ > begin;
  }

  bool read_number(JsonValue& value) {
    size_t begin = at_;
    take('-');
    if (!take('0') && !read_digits()) return false;
    if (take('.') && !read_digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!read_digits()) return false;
    }
    value.kind = JsonValue::Kind::number;
    value.text = text_.substr(begin, at_ - begin);
    return true;
  }

  bool read_unit(uint32_t& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i) {
      char c = peek();
      uint32_t digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
      if (digit > 15) return false;
      unit = unit * 16 + digit;
      ++at_;
    }
    return true;
  }

  bool read_text(std::string& out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      char escape = peek();
      ++at_;
      constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
      if (size_t known = names.find(escape); known != names.npos) {
        out += meanings[known];
        continue;
      }
      uint32_t unit, low;
      if (escape != 'u' || !read_unit(unit)) return false;
      if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
        at_ += 2;
        if (!read_unit(low)) return false;
        unit = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
      } else if (unit >= 0xD800 && unit < 0xE000) {
        unit = 0xFFFD;
      }
      append_code_point(unit, out);
    }
    return false;
  }

  bool read_array(JsonValue& value, size_t depth) {
    value.kind = JsonValue::Kind::array;
    take('[');
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      auto item = read(depth + 1);
      if (!item) return false;
      value.items.push_back(std::move(*item));
      skip_space();
    } while (take(','));
    return take(']');
  }

  bool read_object(JsonValue& value, size_t depth) {
    value.kind = JsonValue::Kind::object;
    take('{');
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      std::string name;
      if (!read_text(name)) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      auto member = read(depth + 1);
      if (!member) return false;
      value.members.push_back({std::move(name), std::move(*member)});
      skip_space();
    } while (take(','));
    return take('}');
  }

  std::string_view text_;
  size_t at_ = 0;
};

struct Member {
  std::string_view name;
  JsonValue::Kind kind;
  bool required;
};

// Every member known and of its kind, every required one there, none twice.
std::string members_problem(const JsonValue& object, std::string_view what, std::initializer_list<Member> known) {
  if (!object.is(JsonValue::Kind::object)) return fmt::format("{} is no object", what);
  for (const JsonMember& found : object.members) {
    const auto& name = found.name;
    const auto& value = found.value;
    auto member = std::find_if(known.begin(), known.end(), [&](const Member& m) { return m.name == name; });
    if (member == known.end()) return fmt::format("{} has the unknown member {}", what, name);
    if (!value.is(member->kind)) return fmt::format("{}.{} has the wrong type", what, name);
    if (object.find(name) != &value) return fmt::format("{}.{} stands twice", what, name);
  }
  for (const Member& member : known)
    if (member.required && !object.find(member.name)) return fmt::format("{}.{} is missing", what, member.name);
  return {};
}

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == text.npos; }
bool is_whole(std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; }

// 2026-11-20T08:15:00.123Z, with three, six or nine digits of a second.
bool is_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd.";
  if (text.size() != 24 && text.size() != 27 && text.size() != 30) return false;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (i < shape.size() && shape[i] != 'd' ? text[i] != shape[i] : !digit) return false;
  }
  return text.back() == 'Z';
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

std::string JsonValue::text_of(std::string_view name) const {
  const JsonValue* value = find(name);
  return value ? value->text : std::string();
}

std::optional<JsonValue> parse_json(std::string_view text) {
  if (!is_valid_utf8(text)) return {};
  return Reader(text).read_all();
}

namespace {

std::string rule_problem(const JsonValue& rule) {
  using Kind = JsonValue::Kind;
  std::string problem = members_problem(rule, "rule",
                                        {{"id", Kind::text, true}, {"title", Kind::text, true}, {"level", Kind::text, false},
                                         {"tags", Kind::array, true}, {"author", Kind::text, false}});
  if (!problem.empty()) return problem;
  if (rule.text_of("id").empty() || rule.text_of("title").empty()) return "rule.id or rule.title is empty";
  constexpr std::string_view levels[] = {"informational", "low", "medium", "high", "critical"};
  if (rule.find("level") && std::count(std::begin(levels), std::end(levels), rule.text_of("level")) == 0) return "rule.level is unknown";
  for (const JsonValue& tag : rule.find("tags")->items)
    if (!tag.is(Kind::text)) return "rule.tags holds something else than texts";
  return {};
}

std::string source_problem(const JsonValue& source) {
  using Kind = JsonValue::Kind;
  std::string problem = members_problem(source, "source", {{"file", Kind::text, true}, {"line", Kind::number, true}, {"offset", Kind::number, true}});
  if (!problem.empty()) return problem;
  if (!is_whole(source.text_of("line")) || !is_whole(source.text_of("offset"))) return "source.line or source.offset is no whole number";
  return {};
}

JsonValue::Kind kind_of_event(const JsonValue& holder) {
  const JsonValue* event = holder.find("event");
  return event && event->is(JsonValue::Kind::text) ? JsonValue::Kind::text : JsonValue::Kind::object;
}

// Of detections and of what the engine says of itself.
std::string detection_problem(const JsonValue& value) {
  using Kind = JsonValue::Kind;
  std::string problem = members_problem(value, "alert",
                                        {{"schema", Kind::number, true}, {"id", Kind::text, true}, {"kind", Kind::text, true},
                                         {"time", Kind::text, false}, {"message", Kind::text, false}, {"rule", Kind::object, true}, {"source", Kind::object, true},
                                         {"matches", Kind::array, true}, {"event", kind_of_event(value), true}});
  if (!problem.empty()) return problem;
  const bool health = value.text_of("kind") == "health";
  if (health != (value.find("message") != nullptr)) return "alert.message is of health alerts, and of those alone";
  if (health && !value.find("matches")->items.empty()) return "a health alert has matches";
  for (const JsonValue& match : value.find("matches")->items) {
    problem = members_problem(match, "match",
                              {{"field", Kind::text, true}, {"value", Kind::text, true}, {"modifier", Kind::text, true}, {"pattern", Kind::text, true}});
    if (!problem.empty()) return problem;
  }
  return source_problem(*value.find("source"));
}

std::string evidence_problem(const JsonValue& evidence) {
  using Kind = JsonValue::Kind;
  std::string problem = members_problem(evidence, "evidence",
                                        {{"id", Kind::text, true}, {"time", Kind::text, true}, {"rule", Kind::object, true},
                                         {"source", Kind::object, false}, {"event", kind_of_event(evidence), false}});
  if (!problem.empty()) return problem;
  if (evidence.text_of("id").size() != 32 || !is_hex(evidence.text_of("id"))) return "evidence.id is not 32 hex digits";
  if (!is_time(evidence.text_of("time"))) return "evidence.time is no time";
  problem = members_problem(*evidence.find("rule"), "evidence.rule", {{"id", Kind::text, true}, {"title", Kind::text, true}});
  if (!problem.empty() || !evidence.find("source")) return problem;
  return source_problem(*evidence.find("source"));
}

// What an analytic has beside what a correlation has.
std::string finding_problem(const JsonValue& value) {
  using Kind = JsonValue::Kind;
  std::string problem = members_problem(*value.find("baseline"), "baseline", {{"age_seconds", Kind::number, true}, {"size", Kind::number, true}});
  if (!problem.empty()) return problem;
  const double score = std::stod(value.text_of("score")), surprise = std::stod(value.text_of("surprise"));
  if (!(score >= 0 && score <= 100)) return "alert.score is not within 0 and 100";
  if (!(surprise >= 0)) return "alert.surprise is below 0";
  for (const JsonValue& contribution : value.find("contributions")->items)
    if (problem = members_problem(contribution, "contribution", {{"name", Kind::text, true}, {"text", Kind::text, true}}); !problem.empty())
      return problem;
  return {};
}

std::string correlation_problem(const JsonValue& value) {
  using Kind = JsonValue::Kind;
  const bool analytic = value.text_of("kind") == "analytic";
  std::string problem = members_problem(value, "alert",
                                        {{"schema", Kind::number, true}, {"id", Kind::text, true}, {"kind", Kind::text, true},
                                         {"time", Kind::text, true}, {"rule", Kind::object, true}, {"group", Kind::object, true},
                                         {"value", Kind::number, true}, {"threshold", Kind::object, false}, {"window", Kind::object, true},
                                         {"events", Kind::number, true}, {"at_least", Kind::truth, false}, {"evidence", Kind::array, true},
                                         {"mixed_since", Kind::text, false},
                                         {"unit", Kind::text, analytic}, {"score", Kind::number, analytic},
                                         {"surprise", Kind::number, analytic}, {"baseline", Kind::object, analytic},
                                         {"contributions", Kind::array, analytic},
                                         {"evidence_missing", Kind::number, true}});
  if (!problem.empty()) return problem;
  if (value.text_of("kind") == "analytic")
    if (problem = finding_problem(value); !problem.empty()) return problem;
  for (const JsonMember& member : value.find("group")->members)
    if (!member.value.is(Kind::text)) return "alert.group holds something else than texts";
  problem = members_problem(*value.find("window"), "window", {{"from", Kind::text, true}, {"to", Kind::text, true}});
  if (!problem.empty()) return problem;
  if (!is_time(value.find("window")->text_of("from")) || !is_time(value.find("window")->text_of("to"))) return "a time of the window is none";
  if (!is_whole(value.text_of("events")) || !is_whole(value.text_of("evidence_missing"))) return "alert.events or evidence_missing is no whole number";
  if (value.find("mixed_since") && !is_time(value.text_of("mixed_since"))) return "alert.mixed_since is no time";
  if (value.find("at_least") && !value.find("at_least")->truth) return "alert.at_least is said where it is not so";
  if (const JsonValue* threshold = value.find("threshold")) {
    problem = members_problem(*threshold, "threshold",
                              {{"gt", Kind::number, false}, {"gte", Kind::number, false}, {"lt", Kind::number, false},
                               {"lte", Kind::number, false}, {"eq", Kind::number, false}, {"neq", Kind::number, false}});
    if (!problem.empty()) return problem;
    if (threshold->members.empty()) return "alert.threshold is empty";
  }
  for (const JsonValue& evidence : value.find("evidence")->items)
    if (problem = evidence_problem(evidence); !problem.empty()) return problem;
  return {};
}

}  // namespace

std::string alert_schema_problem(const JsonValue& value) {
  const std::string kind = value.text_of("kind");
  if (kind != "health" && kind != "detection" && kind != "correlation" && kind != "analytic") return "alert.kind is unknown";
  const std::string problem = kind == "correlation" || kind == "analytic" ? correlation_problem(value) : detection_problem(value);
  if (!problem.empty()) return problem;
  if (value.text_of("schema") != "1") return "alert.schema is not 1";
  if (value.text_of("id").size() != 32 || !is_hex(value.text_of("id"))) return "alert.id is not 32 hex digits";
  if (value.find("time") && !is_time(value.text_of("time"))) return "alert.time is no time";
  return rule_problem(*value.find("rule"));
}

}  // namespace sigrun::test
