// Read from top to bottom: text and decimals, the JSON reader, the YAML reader, values and their modifiers,
// selections, conditions, and last the evaluation. Nothing is indexed, shared or cached; a refused rule is
// thrown as `Refused` and caught in parse_rule.
#include "differential/naive_evaluator.h"

#include <arpa/inet.h>
#include <re2/re2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace sigrun::naive {
namespace {

struct Refused {
  std::string reason;
};

// ------------------------------------------------------------------------------------------------------ text

// A pattern is text in which three values beyond Unicode stand for wildcards.
constexpr char32_t kStar = 0x110000;  // any length
constexpr char32_t kOne = 0x110001;   // exactly one code point
constexpr char32_t kDash = 0x110002;  // one of the five dashes of windash

std::u32string code_points(std::string_view text) {
  std::u32string out;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto length = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < length;) {
    UChar32 c;
    U8_NEXT(bytes, at, length, c);
    out.push_back(c < 0 ? 0xFFFD : static_cast<char32_t>(c));
  }
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  char bytes[4];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, static_cast<UChar32>(c));
  out.append(bytes, static_cast<size_t>(length));
}

std::string utf8(const std::u32string& text) {
  std::string out;
  for (char32_t c : text) append_utf8(out, c);
  return out;
}

char32_t folded(char32_t c) {
  return c > 0x10FFFF ? c : static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
}

std::u32string folded(std::u32string text) {
  for (char32_t& c : text) c = folded(c);
  return text;
}

bool is_dash(char32_t c) { return c == '-' || c == '/' || c == 0x2013 || c == 0x2014 || c == 0x2015; }
bool is_wildcard(char32_t c) { return c > 0x10FFFF; }

bool is_word(char32_t c) {
  if (is_wildcard(c)) return false;
  return c == '_' || (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_L_MASK | U_GC_N_MASK)) != 0;
}

bool element_matches(char32_t pattern, char32_t c) {
  return pattern == c || pattern == kOne || (pattern == kDash && is_dash(c));
}

// Both ends anchored. On a mismatch the last star takes one more code point.
bool glob(const std::u32string& pattern, const std::u32string& text) {
  size_t p = 0, t = 0, star = std::u32string::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kStar) {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && element_matches(pattern[p], text[t])) {
      ++p, ++t;
    } else if (star != std::u32string::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kStar) ++p;
  return p == pattern.size();
}

// -------------------------------------------------------------------------------------------------- decimals

// sign × 0.digits × 10^point, digits without zeros at either end; zero has none.
struct Decimal {
  bool negative = false;
  std::string digits;
  long long point = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

enum class Grammar { Json, Yaml, Text };  // Text: zeros may lead; only Json: an exponent

std::optional<Decimal> parse_decimal(std::string_view text, Grammar grammar) {
  size_t at = 0;
  Decimal out;
  if (at < text.size() && text[at] == '-') out.negative = true, ++at;
  const size_t whole = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == whole) return {};
  if (grammar != Grammar::Text && at - whole > 1 && text[whole] == '0') return {};
  out.digits = text.substr(whole, at - whole);
  out.point = static_cast<long long>(at - whole);
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == fraction) return {};
    out.digits += text.substr(fraction, at - fraction);
  }
  if (grammar == Grammar::Json && at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    bool down = false;
    if (++at < text.size() && (text[at] == '+' || text[at] == '-')) down = text[at++] == '-';
    const size_t exponent = at;
    long long value = 0;
    for (; at < text.size() && is_digit(text[at]); ++at)
      value = std::min(value * 10 + (text[at] - '0'), 1'000'000'000'000LL);
    if (at == exponent) return {};
    out.point += down ? -value : value;
  }
  if (at != text.size()) return {};
  const size_t first = out.digits.find_first_not_of('0');
  if (first == std::string::npos) return Decimal{};
  out.digits.erase(0, first);
  out.point -= static_cast<long long>(first);
  out.digits.erase(out.digits.find_last_not_of('0') + 1);
  return out;
}

int compare(const Decimal& a, const Decimal& b) {
  const int a_sign = a.digits.empty() ? 0
                     : a.negative     ? -1
                                      : 1,
            b_sign = b.digits.empty() ? 0
                     : b.negative     ? -1
                                      : 1;
  if (a_sign != b_sign) return a_sign < b_sign ? -1 : 1;
  if (a_sign == 0) return 0;
  int magnitude = a.point != b.point ? (a.point < b.point ? -1 : 1) : a.digits.compare(b.digits);
  return a_sign * (magnitude < 0 ? -1 : magnitude > 0 ? 1 : 0);
}

// The one canonical spelling, for the rule's numbers: no exponent, no superfluous zero.
std::string canonical(const Decimal& d) {
  if (d.digits.empty()) return "0";
  std::string out = d.negative ? "-" : "";
  const auto length = static_cast<long long>(d.digits.size());
  if (d.point <= 0) return out + "0." + std::string(static_cast<size_t>(-d.point), '0') + d.digits;
  if (d.point >= length) return out + d.digits + std::string(static_cast<size_t>(d.point - length), '0');
  const auto point = static_cast<size_t>(d.point);
  return out + d.digits.substr(0, point) + "." + d.digits.substr(point);
}

// The greatest whole number that is not above it, if it has at most 15 digits.
std::optional<long long> floor_of(const Decimal& d) {
  if (d.point > 15) return {};
  const size_t whole = d.point <= 0 ? 0 : static_cast<size_t>(d.point);
  std::string digits = d.digits.substr(0, whole);
  digits.resize(whole, '0');
  const long long magnitude = digits.empty() ? 0 : std::stoll(digits);
  return d.negative ? -magnitude - (d.digits.size() > whole ? 1 : 0) : magnitude;
}

// ---------------------------------------------------------------------------------------------------- events

enum class Kind { Null, Bool, Number, Text, Array, Object };

struct Member;

struct Value {
  Kind kind = Kind::Null;
  std::string text;               // of a scalar but null: as written; strings unescaped, repaired
  std::u32string plain, fold;     // the same, as code points and folded
  std::optional<Decimal> number;  // of a number that a double or a 64-bit integer can hold
  std::vector<Value> elements;    // of an array
  std::vector<Member> members;    // of an object, in order, duplicates kept

  bool has_text() const { return kind == Kind::Bool || kind == Kind::Number || kind == Kind::Text; }
};

struct Member {
  std::string name;
  Value value;
};

void set_text(Value& value, Kind kind, std::string_view text) {
  value.kind = kind;
  value.plain = code_points(text);
  value.text = utf8(value.plain);
  value.fold = folded(value.plain);
}

bool fits_a_machine_number(const std::string& text) {
  if (text.find_first_of(".eE") != std::string::npos)
    return std::isfinite(std::strtod(text.c_str(), nullptr));
  errno = 0;
  if (text[0] == '-')
    std::strtoll(text.c_str(), nullptr, 10);
  else
    std::strtoull(text.c_str(), nullptr, 10);
  return errno == 0;
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view json) : json_(json) {}

  Value document() {
    if (json_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    Value value = read(0);
    if (value.kind != Kind::Object) throw Refused{"the event is not an object"};
    skip_space();
    if (at_ != json_.size()) throw Refused{"bytes after the event"};
    return value;
  }

 private:
  void skip_space() {
    while (at_ < json_.size() && std::strchr(" \t\r\n", json_[at_]) && json_[at_]) ++at_;
  }
  char peek() {
    skip_space();
    if (at_ == json_.size()) throw Refused{"the event ends early"};
    return json_[at_];
  }
  void expect(char c) {
    if (peek() != c) throw Refused{std::string("expected ") + c + " at byte " + std::to_string(at_)};
    ++at_;
  }
  bool take(char c) { return peek() == c && ++at_; }

  Value read(int depth) {
    if (depth > 1000) throw Refused{"nested too deeply"};
    Value value;
    const char c = peek();
    if (c == '{') {
      value.kind = Kind::Object;
      ++at_;
      if (take('}')) return value;
      do {
        peek();
        std::string key = utf8(code_points(string()));
        expect(':');
        value.members.push_back({std::move(key), read(depth + 1)});
      } while (take(','));
      expect('}');
    } else if (c == '[') {
      value.kind = Kind::Array;
      ++at_;
      if (take(']')) return value;
      do value.elements.push_back(read(depth + 1));
      while (take(','));
      expect(']');
    } else if (c == '"') {
      set_text(value, Kind::Text, string());
    } else if (c == '-' || is_digit(c)) {
      const size_t end = std::min(json_.find_first_not_of("+-.0123456789eE", at_), json_.size());
      set_text(value, Kind::Number, json_.substr(at_, end - at_));
      value.number = parse_decimal(value.text, Grammar::Json);
      if (!value.number) throw Refused{"malformed number " + value.text};
      if (!fits_a_machine_number(value.text)) value.number.reset();
      at_ = end;
    } else {
      for (const char* word : {"null", "true", "false"}) {
        if (json_.substr(at_, std::strlen(word)) != word) continue;
        if (*word != 'n') set_text(value, Kind::Bool, word);
        at_ += std::strlen(word);
        return value;
      }
      throw Refused{"unexpected character at byte " + std::to_string(at_)};
    }
    return value;
  }

  char32_t hex4() {
    const std::string digits(json_.substr(at_, 4));
    if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      throw Refused{"malformed \\u escape"};
    at_ += 4;
    return static_cast<char32_t>(std::stoul(digits, nullptr, 16));
  }

  std::string string() {
    expect('"');
    std::string out;
    for (;;) {
      if (at_ >= json_.size()) throw Refused{"unterminated string"};
      const char c = json_[at_++];
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) throw Refused{"control character in a string"};
      if (c != '\\') {
        out += c;
        continue;
      }
      const char e = at_ < json_.size() ? json_[at_++] : '\0';
      const char* from = "\"\\/bfnrt";
      const char* found = e ? std::strchr(from, e) : nullptr;
      if (found) {
        out += "\"\\/\b\f\n\r\t"[found - from];
      } else if (e == 'u') {
        char32_t unit = hex4();
        if (unit >= 0xD800 && unit < 0xDC00 && json_.substr(at_, 2) == "\\u") {
          const size_t before = at_;
          at_ += 2;
          const char32_t low = hex4();
          if (low >= 0xDC00 && low < 0xE000)
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
          else
            at_ = before;
        }
        append_utf8(out, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
      } else {
        throw Refused{"unknown escape in a string"};
      }
    }
  }

  std::string_view json_;
  size_t at_ = 0;
};

// What keywords are searched in: texts and numbers.
void collect_scalars(const Value& value, std::vector<const Value*>& out) {
  if (value.kind == Kind::Text || value.kind == Kind::Number) out.push_back(&value);
  for (const Value& element : value.elements) collect_scalars(element, out);
  for (const auto& member : value.members) collect_scalars(member.value, out);
}

// The values at a path. At each object the longest literal key that leads somewhere is taken and hides the
// shorter ones; all values of a duplicate key count; arrays on the way are opened.
bool resolve(const Value& value, std::string_view path, std::vector<const Value*>& found) {
  bool any = false;
  for (const Value& element : value.elements)
    if (resolve(element, path, found)) any = true;
  for (size_t end = path.size(); !any; end = path.rfind('.', end - 1)) {
    if (end == std::string_view::npos) return false;
    const std::string_view key = path.substr(0, end);
    for (const auto& [name, member] : value.members) {
      if (name != key) continue;
      if (end == path.size())
        found.push_back(&member), any = true;
      else if (resolve(member, path.substr(end + 1), found))
        any = true;
    }
    if (end == 0) break;
  }
  return any;
}

// An array stands for its elements, nested ones too; objects and null have no text.
void open_arrays(const Value& value, std::vector<const Value*>& out) {
  if (value.has_text()) out.push_back(&value);
  for (const Value& element : value.elements) open_arrays(element, out);
}

// ----------------------------------------------------------------------------------------------------- times

struct Time {
  long long year = 0, month = 0, day = 0;
  std::optional<long long> hour, minute;
};

// Days since 1970-01-01 in the proleptic Gregorian calendar, and back.
long long days_from_civil(long long y, long long m, long long d) {
  y -= m <= 2;
  const long long era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  const long long of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void civil_from_days(long long days, Time& time) {
  time.year = 1970 + days / 366 - 1;  // a start at or below; the loops settle it
  while (days_from_civil(time.year + 1, 1, 1) <= days) ++time.year;
  while (days_from_civil(time.year, 1, 1) > days) --time.year;
  for (time.month = 12; days_from_civil(time.year, time.month, 1) > days;) --time.month;
  time.day = days - days_from_civil(time.year, time.month, 1) + 1;
}

// ISO 8601: the week is that of its Thursday.
long long iso_week(const Time& time) {
  const long long days = days_from_civil(time.year, time.month, time.day);
  const long long weekday = ((days + 3) % 7 + 7) % 7;  // Monday is 0
  Time thursday;
  civil_from_days(days - weekday + 3, thursday);
  return (days - weekday + 3 - days_from_civil(thursday.year, 1, 1)) / 7 + 1;
}

std::optional<Time> time_of(const Value& value) {
  Time time;
  if (value.kind == Kind::Number) {
    const auto seconds = value.number ? floor_of(*value.number) : std::nullopt;
    if (!seconds || *seconds < -62135596800 || *seconds > 253402300799) return {};  // the years 1 to 9999
    const long long days = *seconds / 86400 - (*seconds % 86400 < 0), of_day = *seconds - days * 86400;
    civil_from_days(days, time);
    time.hour = of_day / 3600;
    time.minute = of_day / 60 % 60;
    return time;
  }
  if (value.kind != Kind::Text) return {};
  static const RE2 form(
      "(\\d{4})([-/])(\\d\\d)([-/])(\\d\\d)"
      "(?:[Tt ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,]\\d+)?)?(?: ?(?:[Zz]|UTC)| ?[+-]\\d\\d(?::?\\d\\d)?)?)?");
  int year, month, day;
  std::string separator, same, hour, minute, second;  // of the time: empty where absent
  if (!RE2::FullMatch(value.text, form, &year, &separator, &month, &same, &day, &hour, &minute, &second)) return {};
  if (separator != same) return {};
  const long long next = month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1);
  if (month < 1 || month > 12 || day < 1 || day > next - days_from_civil(year, month, 1)) return {};
  if (hour > "23" || minute > "59" || second > "60") return {};  // two digits each, so text order will do
  time.year = year, time.month = month, time.day = day;
  if (!hour.empty()) time.hour = std::stoi(hour), time.minute = std::stoi(minute);
  return time;
}

std::optional<long long> time_part(const Value& value, const std::string& part) {
  const auto time = time_of(value);
  if (!time) return {};
  if (part == "minute") return time->minute;
  if (part == "hour") return time->hour;
  if (part == "day") return time->day;
  if (part == "week") return iso_week(*time);
  if (part == "month") return time->month;
  return time->year;
}

// ------------------------------------------------------------------------------------------------------ YAML

struct YamlEntry;

struct Yaml {
  enum class Type { Null, Scalar, List, Map } type = Type::Null;
  std::string text;    // of a scalar
  bool plain = false;  // neither quoted nor tagged as a string
  std::vector<Yaml> items;
  std::vector<YamlEntry> map;

  const Yaml* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Yaml value;
};

const Yaml* Yaml::find(std::string_view key) const {
  for (const YamlEntry& entry : map)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

// Builds the tree and refuses what no rule may use: aliases, merge keys, foreign tags, duplicate keys, depth.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view source) : source_(source) {}
  Yaml root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { throw Refused{"an alias"}; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    // The parser takes Null and NULL for null as well; to Sigma they are text.
    for (const char* word : {"Null", "NULL"}) {
      const size_t at = mark.pos < 0 ? source_.size() : static_cast<size_t>(mark.pos);
      if (at > source_.size() || source_.substr(at, 4) != word) continue;
      const size_t next = source_.find_first_not_of(' ', at + 4);
      if (next == std::string_view::npos || source_[next] != ':') return scalar(word, true);
    }
    add(Yaml{});
  }
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t, const std::string& text) override {
    check_tag(tag);
    const bool is_plain = tag != "!" && tag != "tag:yaml.org,2002:str";
    if (awaits_key() && is_plain && text == "<<") throw Refused{"a merge key"};
    scalar(text, is_plain);
  }
  void OnSequenceStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(tag, Yaml::Type::List);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(tag, Yaml::Type::Map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Yaml node;
    std::optional<std::string> key;
    std::set<std::string> keys;
  };
  bool awaits_key() const {
    return !stack_.empty() && stack_.back().node.type == Yaml::Type::Map && !stack_.back().key;
  }
  static void check_tag(const std::string& tag) {
    static const std::set<std::string> known = {"", "?", "!"};
    static const std::set<std::string> core = {"str", "int", "float", "bool", "null", "seq", "map"};
    const std::string prefix = "tag:yaml.org,2002:";
    if (!known.count(tag) && !(tag.rfind(prefix, 0) == 0 && core.count(tag.substr(prefix.size()))))
      throw Refused{"foreign tag " + tag};
  }
  void scalar(std::string_view text, bool is_plain) {
    Yaml node;
    node.type = Yaml::Type::Scalar;
    node.text = text;
    node.plain = is_plain;
    add(std::move(node));
  }
  void open(const std::string& tag, Yaml::Type type) {
    check_tag(tag);
    if (awaits_key()) throw Refused{"a key is no scalar"};
    if (stack_.size() >= 32) throw Refused{"nested deeper than 32"};
    stack_.emplace_back();
    stack_.back().node.type = type;
  }
  void close() {
    Yaml node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }
  void add(Yaml node) {
    if (stack_.empty()) {
      root = std::move(node);
    } else if (stack_.back().node.type == Yaml::Type::List) {
      stack_.back().node.items.push_back(std::move(node));
    } else if (awaits_key()) {
      if (node.type != Yaml::Type::Scalar) throw Refused{"a key is null"};
      if (!stack_.back().keys.insert(node.text).second) throw Refused{"duplicate key " + node.text};
      stack_.back().key = std::move(node.text);
    } else {
      stack_.back().node.map.push_back({std::move(*stack_.back().key), std::move(node)});
      stack_.back().key.reset();
    }
  }

  std::string_view source_;
  std::vector<Frame> stack_;
};

Yaml parse_yaml(std::string_view source) {
  if (source.substr(0, 3) == "\xEF\xBB\xBF") source.remove_prefix(3);
  std::istringstream stream{std::string(source)};
  try {
    YAML::Parser parser(stream);
    TreeBuilder first(source);
    if (!parser.HandleNextDocument(first)) throw Refused{"no document"};
    if (first.root.type != Yaml::Type::Map) throw Refused{"a rule is a map"};
    // An empty document may follow. One, for before a stray comma the parser yields empty documents for ever.
    TreeBuilder second(source), third(source);
    if (parser.HandleNextDocument(second) &&
        (second.root.type != Yaml::Type::Null || parser.HandleNextDocument(third)))
      throw Refused{"more than one document"};
    return std::move(first.root);
  } catch (const YAML::Exception& e) {
    throw Refused{e.what()};
  }
}

bool is_bool(const Yaml& y) {
  return y.type == Yaml::Type::Scalar && y.plain && (y.text == "true" || y.text == "false");
}

std::optional<Decimal> number_of(const Yaml& y) {
  if (y.type != Yaml::Type::Scalar || !y.plain) return {};
  return parse_decimal(y.text, Grammar::Yaml);
}

// -------------------------------------------------------------------------------- values and their modifiers

enum class TestKind { Null, Number, Bool, Glob, Regex, Cidr, Compare, FieldRef };

// One comparison of one value of a field.
struct Test {
  TestKind kind = TestKind::Null;
  bool cased = false;
  std::u32string pattern;                     // Glob: folded unless cased; Bool: true or false
  Decimal number;                             // Number, Compare
  std::string number_text;                    // Number: its canonical spelling
  std::shared_ptr<const RE2> regex;           // Regex: searched for
  int family = 0, prefix = 0;                 // Cidr
  std::array<uint8_t, 16> network{};          // Cidr
  std::string op, part;                       // Compare: lt lte gt gte or empty (equal); a time part or empty
  std::string field;                          // FieldRef
  bool open_start = false, open_end = false;  // FieldRef: text may stand before, after
};

// A value while modifiers are applied. Encodings turn code points into bytes, kept one to an element.
struct Draft {
  std::u32string elements;
  bool bytes = false;
};

// The escapes of Sigma strings: a backslash frees a following backslash or wildcard, any other is itself.
// With placeholders, %name% is replaced (by each of its values in turn) and \% is a percent sign.
std::vector<Draft> parse_sigma_string(const std::u32string& text, const Placeholders* placeholders) {
  std::vector<Draft> out(1);
  const auto append = [&](char32_t c) {
    for (Draft& draft : out) draft.elements.push_back(c);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i], next = i + 1 < text.size() ? text[i + 1] : 0;
    if (c == '\\' && (next == '\\' || next == '*' || next == '?' || (placeholders && next == '%'))) {
      append(next);
      ++i;
    } else if (c == '*' || c == '?') {
      append(c == '*' ? kStar : kOne);
    } else if (placeholders && c == '%') {
      size_t end = i + 1;
      while (end < text.size() && (is_word(text[end]) || text[end] == '-' || text[end] == '.')) ++end;
      if (end == i + 1 || end == text.size() || text[end] != '%') {
        append(c);
        continue;
      }
      const std::string name = utf8(text.substr(i + 1, end - i - 1));
      const auto found = placeholders->find(name);
      if (found == placeholders->end() || found->second.empty())
        throw Refused{"unresolved placeholder " + name};
      std::vector<Draft> longer;
      for (const Draft& draft : out)
        for (const std::string& value : found->second)
          for (Draft& tail : parse_sigma_string(code_points(value), nullptr))
            longer.push_back({draft.elements + tail.elements, false});
      out = std::move(longer);
      i = end;
    } else {
      append(c);
    }
  }
  return out;
}

// Encodings act on what is written, so each choice of dashes is encoded by itself.
std::vector<Draft> without_dash_classes(const Draft& draft) {
  const size_t at = draft.elements.find(kDash);
  if (at == std::u32string::npos) return {draft};
  if (std::count(draft.elements.begin(), draft.elements.end(), kDash) > 5)
    throw Refused{"too many dashes to encode"};
  std::vector<Draft> out;
  for (char32_t dash : {U'-', U'/', U'\u2013', U'\u2014', U'\u2015'}) {
    Draft copy = draft;
    copy.elements[at] = dash;
    for (Draft& one : without_dash_classes(copy)) out.push_back(std::move(one));
  }
  return out;
}

Draft encode_utf16(const Draft& draft, const std::string& modifier) {
  if (draft.bytes) throw Refused{"encoded twice"};
  Draft out;
  out.bytes = true;
  const bool big = modifier == "utf16be";
  if (modifier == "utf16") out.elements = {0xFF, 0xFE};
  const auto unit = [&](char32_t u) {
    const char32_t high = u >> 8, low = u & 0xFF;
    out.elements.push_back(big ? high : low);
    out.elements.push_back(big ? low : high);
  };
  for (char32_t c : draft.elements) {
    if (is_wildcard(c))
      out.elements.push_back(c);
    else if (c < 0x10000)
      unit(c);
    else
      unit(0xD800 + ((c - 0x10000) >> 10)), unit(0xDC00 + ((c - 0x10000) & 0x3FF));
  }
  return out;
}

std::string bytes_of(const Draft& draft) {
  std::string out;
  for (char32_t c : draft.elements) {
    if (is_wildcard(c)) throw Refused{"a wildcard before base64"};
    if (draft.bytes)
      out += static_cast<char>(c);
    else
      append_utf8(out, c);
  }
  return out;
}

std::string base64(const std::string& bytes) {
  const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

// A text's base64 at each of the three offsets, without the characters that neighbours decide.
std::vector<Draft> base64_offsets(const Draft& draft) {
  const std::string bytes = bytes_of(draft);
  std::vector<Draft> out;
  for (size_t offset = 0; offset < 3; ++offset) {
    std::string text = base64(std::string(offset, ' ') + bytes);
    const size_t drop_front[] = {0, 2, 3}, drop_back[] = {0, 3, 2};
    const size_t front = drop_front[offset], back = drop_back[(bytes.size() + offset) % 3];
    if (text.size() <= front + back) continue;
    out.push_back({code_points(text.substr(front, text.size() - front - back)), false});
  }
  return out;
}

void apply_windash(Draft& draft) {
  const std::u32string before = draft.elements;
  for (size_t i = 0; i < before.size(); ++i) {
    const bool word_before = i > 0 && is_word(before[i - 1]);
    const bool word_after = i + 1 < before.size() && is_word(before[i + 1]);
    if (is_dash(before[i]) && !word_before && word_after) draft.elements[i] = kDash;
  }
}

void add_star(std::u32string& elements, bool front, bool back) {
  if (front && (elements.empty() || elements.front() != kStar)) elements.insert(elements.begin(), kStar);
  if (back && (elements.empty() || elements.back() != kStar)) elements.push_back(kStar);
}

// Bytes that no base64 followed are compared as the text they spell.
void bytes_to_text(Draft& draft) {
  if (!draft.bytes) return;
  std::u32string out;
  std::string run;
  const auto flush = [&] {
    const std::u32string text = code_points(run);
    if (utf8(text) != run) throw Refused{"the encoded value is no text"};
    out += text;
    run.clear();
  };
  for (char32_t c : draft.elements) {
    if (!is_wildcard(c)) {
      run += static_cast<char>(c);
      continue;
    }
    flush();
    out.push_back(c);
  }
  flush();
  draft = {out, false};
}

using Modifiers = std::vector<std::string>;
const std::set<std::string> kRegexFlags = {"i", "m", "s", "ignorecase", "multiline", "dotall"};
const std::set<std::string> kComparisons = {"lt", "lte", "gt", "gte"};
const std::set<std::string> kTimeParts = {"minute", "hour", "day", "week", "month", "year"};
const std::set<std::string> kAffixes = {"contains", "startswith", "endswith"};
const std::set<std::string> kEncodings = {"wide", "utf16le", "utf16be", "utf16"};
const std::set<std::string> kOthers = {"cased",  "windash", "base64", "base64offset", "re",
                                       "exists", "cidr",    "expand", "fieldref"};

bool has(const Modifiers& chain, const std::string& name) {
  return std::find(chain.begin(), chain.end(), name) != chain.end();
}
bool is_front_affix(const std::string& m) { return m == "contains" || m == "endswith"; }
bool is_back_affix(const std::string& m) { return m == "contains" || m == "startswith"; }

void only(const Modifiers& chain, size_t from, const std::set<std::string>& allowed) {
  for (size_t i = from; i < chain.size(); ++i)
    if (!allowed.count(chain[i])) throw Refused{chain[i] + " does not go with " + chain[0]};
}

Test parse_regex(const Yaml& value, const Modifiers& chain) {
  if (value.type != Yaml::Type::Scalar) throw Refused{"a regex is text"};
  std::string flags, pattern = value.text;
  bool at_start = false, at_end = false;
  for (const std::string& m : chain) {
    if (kRegexFlags.count(m))
      flags += m == "ignorecase" ? 'i' : m == "multiline" ? 'm' : m == "dotall" ? 's' : m[0];
    if (m == "startswith") at_start = true;
    if (m == "endswith") at_end = true;
  }
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 alone(pattern, options);  // so that parentheses cannot pair with those added below
  if (!alone.ok()) throw Refused{alone.error()};
  Test test;
  test.kind = TestKind::Regex;
  pattern = (flags.empty() ? "(?:" : "(?" + flags + ":") + pattern + ")";
  test.regex =
      std::make_shared<const RE2>((at_start ? "\\A" : "") + pattern + (at_end ? "\\z" : ""), options);
  if (!test.regex->ok()) throw Refused{test.regex->error()};
  return test;
}

// A network's or an address's family and bytes, as inet_pton reads them.
int parse_address(const std::string& text, std::array<uint8_t, 16>& out) {
  if (text.find('\0') != std::string::npos) return 0;
  if (inet_pton(AF_INET, text.c_str(), out.data()) == 1) return 4;
  return inet_pton(AF_INET6, text.c_str(), out.data()) == 1 ? 6 : 0;
}

bool bit(const std::array<uint8_t, 16>& bytes, int i) {
  return bytes[static_cast<size_t>(i / 8)] >> (7 - i % 8) & 1;
}

Test parse_cidr(const Yaml& value) {
  if (value.type != Yaml::Type::Scalar) throw Refused{"a network is text"};
  Test test;
  test.kind = TestKind::Cidr;
  const size_t slash = value.text.find('/');
  test.family = parse_address(value.text.substr(0, slash), test.network);
  const int width = test.family == 4 ? 32 : 128;
  if (test.family == 0) throw Refused{"no network: " + value.text};
  test.prefix = width;
  if (slash != std::string::npos) {
    const std::string digits = value.text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3 || !std::all_of(digits.begin(), digits.end(), is_digit))
      throw Refused{"no prefix length: " + value.text};
    test.prefix = std::stoi(digits);
  }
  if (test.prefix > width) throw Refused{"prefix too long: " + value.text};
  for (int i = test.prefix; i < width; ++i)
    if (bit(test.network, i)) throw Refused{"host bits are set: " + value.text};
  return test;
}

Test parse_comparison(const Yaml& value, const Modifiers& chain) {
  Test test;
  test.kind = TestKind::Compare;
  if (kTimeParts.count(chain[0])) test.part = chain[0];
  if (kComparisons.count(chain.back())) test.op = chain.back();
  const auto number = number_of(value);
  if (!number) throw Refused{"the value must be a number"};
  test.number = *number;
  if (test.part.empty()) return test;
  static const std::map<std::string, std::pair<long long, long long>> ranges = {
      {"minute", {0, 59}}, {"hour", {0, 23}},  {"day", {1, 31}},
      {"week", {1, 53}},   {"month", {1, 12}}, {"year", {0, 9999}}};
  const auto [low, high] = ranges.at(test.part);
  const auto whole = floor_of(*number);
  if (!whole || *whole < low || *whole > high ||
      number->digits.size() > static_cast<size_t>(std::max(0LL, number->point)))
    throw Refused{"no such " + test.part};
  return test;
}

Test parse_fieldref(const Yaml& value, const Modifiers& chain) {
  if (value.type != Yaml::Type::Scalar || number_of(value) || is_bool(value))
    throw Refused{"a field name is text"};
  const Draft name = parse_sigma_string(code_points(value.text), nullptr).front();
  for (char32_t c : name.elements)
    if (is_wildcard(c)) throw Refused{"a field name has no wildcards"};
  Test test;
  test.kind = TestKind::FieldRef;
  test.field = utf8(name.elements);
  test.cased = has(chain, "cased");
  for (const std::string& m : chain) {
    if (is_front_affix(m)) test.open_start = true;
    if (is_back_affix(m)) test.open_end = true;
  }
  return test;
}

// Text modifiers, one after the other. The result holds alternatives of which one must match.
std::vector<Test> parse_text(const Yaml& value, const Modifiers& chain, bool keyword,
                             const Placeholders& placeholders) {
  if (value.type != Yaml::Type::Scalar) throw Refused{"the value must be text"};
  std::vector<Draft> drafts =
      parse_sigma_string(code_points(value.text), has(chain, "expand") ? &placeholders : nullptr);
  bool expandable = true, encoded = false;
  for (const std::string& m : chain) {
    std::vector<Draft> next;
    for (Draft& draft : drafts) {
      if (kAffixes.count(m)) add_star(draft.elements, is_front_affix(m), is_back_affix(m));
      if (m == "windash") apply_windash(draft);
      if (kEncodings.count(m) || m == "base64" || m == "base64offset") {
        for (const Draft& plain : without_dash_classes(draft)) {
          if (m == "base64offset") {
            for (Draft& offset : base64_offsets(plain)) next.push_back(std::move(offset));
          } else {
            next.push_back(m == "base64" ? Draft{code_points(base64(bytes_of(plain))), false}
                                         : encode_utf16(plain, m));
          }
        }
      } else {
        next.push_back(std::move(draft));
      }
    }
    if (kEncodings.count(m) && encoded) throw Refused{m + " after base64"};
    if (m == "expand" && !expandable) throw Refused{"expand after a modifier that rewrites the value"};
    if (m == "base64" || m == "base64offset") encoded = true;
    if (m != "expand" && m != "cased" && !kAffixes.count(m)) expandable = false;
    drafts = std::move(next);
  }
  // A keyword is searched for, unless its modifiers say where it stands.
  const bool anchored = has(chain, "startswith") || has(chain, "endswith");
  std::vector<Test> out;
  for (Draft& draft : drafts) {
    bytes_to_text(draft);
    if (keyword && !anchored) add_star(draft.elements, true, true);
    Test test;
    test.kind = TestKind::Glob;
    test.cased = has(chain, "cased");
    test.pattern = test.cased ? draft.elements : folded(draft.elements);
    out.push_back(std::move(test));
  }
  return out;
}

std::vector<Test> parse_value(const Yaml& value, const Modifiers& chain, bool keyword,
                              const Placeholders& placeholders) {
  if (value.type == Yaml::Type::List || value.type == Yaml::Type::Map)
    throw Refused{"a value is a list or a map"};
  const std::string first = chain.empty() ? "" : chain[0];
  Test test;
  if (first == "re") return {parse_regex(value, chain)};
  if (first == "cidr") return {parse_cidr(value)};
  if (kTimeParts.count(first) || kComparisons.count(first)) return {parse_comparison(value, chain)};
  if (has(chain, "fieldref")) return {parse_fieldref(value, chain)};
  if (keyword || !chain.empty()) return parse_text(value, chain, keyword, placeholders);
  if (value.type == Yaml::Type::Null) return {test};
  if (is_bool(value)) {
    test.kind = TestKind::Bool;
    test.pattern = code_points(value.text);
    return {test};
  }
  if (const auto number = number_of(value)) {
    test.kind = TestKind::Number;
    test.number = *number;
    test.number_text = canonical(*number);
    return {test};
  }
  return parse_text(value, chain, keyword, placeholders);
}

// Which modifiers go together, `all` and `neq` left out: they may stand anywhere.
void check_chain(const Modifiers& chain, bool keyword) {
  for (const std::string& m : chain)
    if (!kRegexFlags.count(m) && !kComparisons.count(m) && !kTimeParts.count(m) && !kAffixes.count(m) &&
        !kEncodings.count(m) && !kOthers.count(m))
      throw Refused{"unknown modifier " + m};
  if (chain.empty()) return;
  const std::string& first = chain[0] == "cased" && has(chain, "fieldref") ? "fieldref" : chain[0];
  std::set<std::string> after_regex = kRegexFlags, text = kAffixes;
  after_regex.insert(kAffixes.begin(), kAffixes.end());
  text.insert(kEncodings.begin(), kEncodings.end());
  text.insert({"cased", "windash", "base64", "base64offset", "expand"});
  if (first == "re") return only(chain, 1, after_regex);
  if (text.count(first)) return only(chain, 1, text);
  if (keyword) throw Refused{first + " needs a field"};
  if (first == "cidr" || first == "exists" || kComparisons.count(first)) return only(chain, 1, {});
  if (first == "fieldref") {
    std::set<std::string> behind = kAffixes;
    behind.insert("cased");
    if (chain[0] == "cased") behind.insert("fieldref");
    return only(chain, 1, behind);
  }
  if (kTimeParts.count(first)) {
    only(chain, 1, kComparisons);
    if (chain.size() > 2) throw Refused{"two comparisons"};
    return;
  }
  throw Refused{first + " stands only after re"};
}

// ------------------------------------------------------------------------------------------------ selections

struct Item {
  std::string field;
  bool keyword = false, all = false, negated = false;
  std::optional<bool> exists;
  std::vector<std::vector<Test>> values;  // for each value its alternatives
};

struct Selection {
  enum class Type { Item, And, Or } type = Type::Item;
  Item item;
  std::vector<Selection> parts;
};

Item parse_item(const std::string& key, const Yaml& value, const Placeholders& placeholders) {
  Item item;
  size_t bar = key.find('|');
  item.field = key.substr(0, bar);
  item.keyword = item.field.empty();
  Modifiers chain;
  while (bar != std::string::npos) {
    const size_t next = key.find('|', bar + 1);
    const std::string name = key.substr(bar + 1, next == std::string::npos ? next : next - bar - 1);
    if (name == "all")
      item.all = true;
    else if (name == "neq")
      item.negated = true;
    else
      chain.push_back(name);
    bar = next;
  }
  check_chain(chain, item.keyword);
  if (item.all && value.type != Yaml::Type::List) throw Refused{"all on a single value"};
  if (!chain.empty() && chain[0] == "exists") {
    if (!is_bool(value)) throw Refused{"exists takes true or false"};
    item.exists = value.text == "true";
    return item;
  }
  if (value.type != Yaml::Type::List) {
    item.values.push_back(parse_value(value, chain, item.keyword, placeholders));
    return item;
  }
  if (value.items.empty()) throw Refused{"an empty list of values"};
  for (const Yaml& one : value.items)
    item.values.push_back(parse_value(one, chain, item.keyword, placeholders));
  return item;
}

Selection parse_selection(const Yaml& yaml, const Placeholders& placeholders) {
  Selection selection;
  switch (yaml.type) {
    case Yaml::Type::Null: throw Refused{"an empty selection"};
    case Yaml::Type::Scalar: selection.item = parse_item("", yaml, placeholders); break;
    case Yaml::Type::List:
      if (yaml.items.empty()) throw Refused{"an empty selection"};
      selection.type = Selection::Type::Or;
      for (const Yaml& part : yaml.items) selection.parts.push_back(parse_selection(part, placeholders));
      break;
    case Yaml::Type::Map:
      if (yaml.map.empty()) throw Refused{"an empty selection"};
      selection.type = Selection::Type::And;
      for (const auto& [key, value] : yaml.map) {
        Selection part;
        part.item = parse_item(key, value, placeholders);
        selection.parts.push_back(std::move(part));
      }
  }
  return selection;
}

// ------------------------------------------------------------------------------------------------ conditions

struct Condition {
  enum class Type { Selected, And, Or, Not, AtLeast } type = Type::Selected;
  size_t selection = 0;  // Selected: its index
  size_t count = 0;      // AtLeast: how many of the parts
  std::vector<Condition> parts;
};

using Selections = std::vector<std::pair<std::string, Selection>>;

// or, and, not, N of; each level calls the one that binds tighter.
class ConditionParser {
 public:
  ConditionParser(const std::string& text, const Selections& selections) : selections_(selections) {
    for (char c : text) {
      const bool space = std::strchr(" \t\r\n", c) && c, special = c == '(' || c == ')' || c == '|';
      if (special) tokens_.emplace_back(1, c);
      if (!space && !special) {
        if (!in_word_) tokens_.emplace_back();
        tokens_.back() += c;
      }
      in_word_ = !space && !special;
    }
  }

  Condition parse() {
    Condition condition = any();
    if (at_ < tokens_.size())
      throw Refused{tokens_[at_] == "|" ? "an aggregation; write a correlation rule"
                                        : "unexpected " + tokens_[at_]};
    return condition;
  }

 private:
  std::string peek(size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : "";
  }

  Condition joined(const std::string& word, Condition::Type type, Condition (ConditionParser::*inner)()) {
    Condition out = (this->*inner)();
    if (peek() != word) return out;
    Condition whole;
    whole.type = type;
    whole.parts.push_back(std::move(out));
    while (peek() == word) {
      ++at_;
      whole.parts.push_back((this->*inner)());
    }
    return whole;
  }
  Condition any() { return joined("or", Condition::Type::Or, &ConditionParser::every); }
  Condition every() { return joined("and", Condition::Type::And, &ConditionParser::negation); }

  Condition negation() {
    if (peek() != "not") return primary();
    ++at_;
    Condition out;
    out.type = Condition::Type::Not;
    out.parts.push_back(negation());
    return out;
  }

  Condition primary() {
    const std::string word = peek();
    if (word.empty()) throw Refused{"the condition ends early"};
    if (word == "(") {
      ++at_;
      Condition out = any();
      if (peek() != ")") throw Refused{"a parenthesis is not closed"};
      ++at_;
      return out;
    }
    if (peek(1) == "of") return quantifier();
    if (word == ")" || word == "|" || word == "and" || word == "or" || word == "of")
      throw Refused{"unexpected " + word};
    for (size_t i = 0; i < selections_.size(); ++i) {
      if (selections_[i].first != word) continue;
      ++at_;
      Condition out;
      out.selection = i;
      return out;
    }
    throw Refused{"no selection " + word};
  }

  Condition quantifier() {
    const std::string quantity = peek();
    const std::string pattern = peek(2) == "them" ? "*" : peek(2);
    at_ += 3;
    if (pattern.empty()) throw Refused{"of what?"};
    Condition out;
    out.type = Condition::Type::AtLeast;
    std::u32string elements = code_points(pattern);
    for (char32_t& c : elements)
      if (c == '*') c = kStar;
    for (size_t i = 0; i < selections_.size(); ++i) {
      const std::string& name = selections_[i].first;
      if (!glob(elements, code_points(name)) || (name.rfind("_", 0) == 0 && pattern[0] != '_')) continue;
      out.parts.emplace_back();
      out.parts.back().selection = i;
    }
    if (out.parts.empty()) throw Refused{pattern + " selects nothing"};
    if (quantity == "all")
      out.count = out.parts.size();
    else if (quantity == "any")
      out.count = 1;
    else if (quantity.size() <= 9 && std::all_of(quantity.begin(), quantity.end(), is_digit))
      out.count = std::stoul(quantity);
    if (out.count < 1 || out.count > out.parts.size()) throw Refused{"no quantity: " + quantity};
    return out;
  }

  const Selections& selections_;
  std::vector<std::string> tokens_;
  bool in_word_ = false;
  size_t at_ = 0;
};

Condition parse_condition(const Yaml& yaml, const Selections& selections) {
  if (yaml.type == Yaml::Type::Scalar) return ConditionParser(yaml.text, selections).parse();
  if (yaml.type != Yaml::Type::List || yaml.items.empty())
    throw Refused{"the condition must be text or a list of texts"};
  Condition out;
  out.type = Condition::Type::Or;
  for (const Yaml& item : yaml.items) {
    if (item.type != Yaml::Type::Scalar) throw Refused{"a condition in the list is no text"};
    out.parts.push_back(ConditionParser(item.text, selections).parse());
  }
  return out;
}

}  // namespace

class Rule {
 public:
  Selections selections;
  Condition condition;
};

class Event {
 public:
  Value root;
  std::vector<const Value*> scalars;  // all of them, for keywords
};

namespace {

void check_header(const Yaml& document) {
  for (const char* key : {"action", "correlation", "filter"})
    if (document.find(key)) throw Refused{std::string("not a detection rule of its own: ") + key};
  const Yaml* title = document.find("title");
  if (!title || title->type != Yaml::Type::Scalar || title->text.empty()) throw Refused{"no title"};
  if (code_points(title->text).size() > 256) throw Refused{"the title is too long"};
  const Yaml* logsource = document.find("logsource");
  if (!logsource || logsource->type != Yaml::Type::Map || logsource->map.empty())
    throw Refused{"no logsource"};
  if (const Yaml* level = document.find("level")) {
    static const std::set<std::string> levels = {"informational", "low", "medium", "high", "critical"};
    if (level->type != Yaml::Type::Scalar || !levels.count(level->text)) throw Refused{"unknown level"};
  }
}

// ------------------------------------------------------------------------------------------------ evaluation

class Evaluation {
 public:
  Evaluation(const Event& event, const Spelling& spelling) : event_(event), spelling_(spelling) {}

  bool holds(const Condition& condition, const Selections& selections) const {
    size_t holding = 0;
    const auto part_holds = [&](const Condition& part) { return holds(part, selections); };
    switch (condition.type) {
      case Condition::Type::Selected: return holds(selections[condition.selection].second);
      case Condition::Type::And:
        return std::all_of(condition.parts.begin(), condition.parts.end(), part_holds);
      case Condition::Type::Or:
        return std::any_of(condition.parts.begin(), condition.parts.end(), part_holds);
      case Condition::Type::Not: return !part_holds(condition.parts[0]);
      case Condition::Type::AtLeast:
        for (size_t i = 0; i < condition.parts.size() && holding < condition.count; ++i)
          holding += part_holds(condition.parts[i]);
        return holding >= condition.count;
    }
    return false;
  }

 private:
  bool holds(const Selection& selection) const {
    const auto part_holds = [&](const Selection& part) { return holds(part); };
    switch (selection.type) {
      case Selection::Type::And:
        return std::all_of(selection.parts.begin(), selection.parts.end(), part_holds);
      case Selection::Type::Or:
        return std::any_of(selection.parts.begin(), selection.parts.end(), part_holds);
      case Selection::Type::Item: return holds(selection.item) != selection.item.negated;
    }
    return false;
  }

  std::vector<const Value*> values_of(const std::string& field) const {
    std::vector<const Value*> found;
    if (!spelling_) {
      resolve(event_.root, field, found);
      return found;
    }
    for (const std::string& name : spelling_(field))
      if (resolve(event_.root, name, found)) break;
    return found;
  }

  std::vector<const Value*> scalars_of(const std::vector<const Value*>& values) const {
    std::vector<const Value*> scalars;
    for (const Value* value : values) open_arrays(*value, scalars);
    return scalars;
  }

  bool holds(const Item& item) const {
    std::vector<const Value*> values;
    if (!item.keyword) values = values_of(item.field);
    if (item.exists) return *item.exists == !values.empty();
    const std::vector<const Value*> opened = item.keyword ? std::vector<const Value*>{} : scalars_of(values);
    const std::vector<const Value*>& scalars = item.keyword ? event_.scalars : opened;
    const auto test_holds = [&](const Test& test) {
      if (test.kind == TestKind::Null)
        return values.empty() || std::any_of(values.begin(), values.end(),
                                             [](const Value* value) { return value->kind == Kind::Null; });
      return std::any_of(scalars.begin(), scalars.end(),
                         [&](const Value* scalar) { return holds(test, *scalar); });
    };
    const auto value_holds = [&](const std::vector<Test>& alternatives) {
      return std::any_of(alternatives.begin(), alternatives.end(), test_holds);
    };
    return item.all ? std::all_of(item.values.begin(), item.values.end(), value_holds)
                    : std::any_of(item.values.begin(), item.values.end(), value_holds);
  }

  bool holds(const Test& test, const Value& value) const {
    switch (test.kind) {
      case TestKind::Null: return false;
      case TestKind::Number:
        if (value.kind == Kind::Number) return value.number && compare(*value.number, test.number) == 0;
        return value.kind == Kind::Text && value.text == test.number_text;
      case TestKind::Bool: return value.kind != Kind::Number && value.fold == test.pattern;
      case TestKind::Glob: return glob(test.pattern, test.cased ? value.plain : value.fold);
      case TestKind::Regex: return RE2::PartialMatch(value.text, *test.regex);
      case TestKind::Cidr: return in_network(test, value);
      case TestKind::Compare: return compares(test, value);
      case TestKind::FieldRef: return refers(test, value);
    }
    return false;
  }

  static bool in_network(const Test& test, const Value& value) {
    if (value.kind != Kind::Text) return false;
    std::string text = value.text;
    const size_t zone = text.find('%');
    if (zone != std::string::npos && zone + 1 < text.size() && text.find(':') < zone) text.resize(zone);
    std::array<uint8_t, 16> address{};
    if (parse_address(text, address) != test.family) return false;
    for (int i = 0; i < test.prefix; ++i)
      if (bit(address, i) != bit(test.network, i)) return false;
    return true;
  }

  static bool compares(const Test& test, const Value& value) {
    std::optional<Decimal> number;
    if (!test.part.empty()) {
      if (const auto part = time_part(value, test.part))
        number = parse_decimal(std::to_string(*part), Grammar::Text);
    } else {
      number = value.kind == Kind::Text ? parse_decimal(value.text, Grammar::Text) : value.number;
    }
    if (!number) return false;
    const int order = compare(*number, test.number);
    if (test.op == "lt") return order < 0;
    if (test.op == "lte") return order <= 0;
    if (test.op == "gt") return order > 0;
    if (test.op == "gte") return order >= 0;
    return order == 0;
  }

  // Two numbers are equal by value; all else is compared as text.
  bool refers(const Test& test, const Value& value) const {
    for (const Value* other : scalars_of(values_of(test.field))) {
      if (!test.open_start && !test.open_end && value.number && other->number &&
          compare(*value.number, *other->number) == 0)
        return true;
      std::u32string pattern = test.cased ? other->plain : other->fold;
      if (test.open_start) pattern.insert(pattern.begin(), kStar);
      if (test.open_end) pattern.push_back(kStar);
      if (glob(pattern, test.cased ? value.plain : value.fold)) return true;
    }
    return false;
  }

  const Event& event_;
  const Spelling& spelling_;
};

}  // namespace

std::shared_ptr<const Rule> parse_rule(std::string_view yaml, const Placeholders& placeholders,
                                       std::string* error) {
  try {
    const Yaml document = parse_yaml(yaml);
    check_header(document);
    const Yaml* detection = document.find("detection");
    if (!detection || detection->type != Yaml::Type::Map) throw Refused{"no detection"};
    auto rule = std::make_shared<Rule>();
    for (const auto& [name, value] : detection->map)
      if (name != "condition" && name != "timeframe")
        rule->selections.emplace_back(name, parse_selection(value, placeholders));
    const Yaml* condition = detection->find("condition");
    if (!condition) throw Refused{"no condition"};
    rule->condition = parse_condition(*condition, rule->selections);
    return rule;
  } catch (const Refused& refused) {
    if (error) *error = refused.reason;
    return nullptr;
  }
}

std::shared_ptr<const Event> parse_event(std::string_view json, std::string* error) {
  try {
    auto event = std::make_shared<Event>();
    event->root = JsonReader(json).document();
    collect_scalars(event->root, event->scalars);
    return event;
  } catch (const Refused& refused) {
    if (error) *error = refused.reason;
    return nullptr;
  }
}

bool matches(const Rule& rule, const Event& event, const Spelling& spelling) {
  return Evaluation(event, spelling).holds(rule.condition, rule.selections);
}

}  // namespace sigrun::naive
