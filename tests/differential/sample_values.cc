#include "differential/sample_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "differential/json_tree.h"

namespace sigrun::differential {
namespace {

// Letters that simple case folding makes one.
const std::vector<std::vector<std::string>> letter_cases = {
    {"s", "S", "ſ"}, {"k", "K", "\u212A"}, {"å", "Å", "\u212B"}, {"ς", "σ", "Σ"}, {"ß", "ẞ"}, {"é", "É"}, {"𐐨", "𐐀"}, {"ǆ", "ǅ", "Ǆ"},
    {"µ", "μ", "Μ"}, {"θ", "ϑ", "ϴ", "Θ"}, {"ω", "Ω", "\u2126"}, {"ꭰ", "Ꭰ"}, {"д", "Д"}, {"ı"}, {"İ"}, {"ﬀ"}, {"ა", "Ა"},
    {"ā", "Ā"}, {"ș", "Ș"}, {"ӂ", "Ӂ"}};

const std::vector<std::string> words = {
    "a", "b", "ab", "Admin", "cmd", "cmd.exe", "PowerShell", "foo", "BAR", "x y", " ", "_", ".", "\\", "\\\\", "C:\\Temp\\", "/", "-enc", "/c", "--x",
    "–enc", "—a", "―z", "a-b", "a/b", "*", "?", "%", "\"", "'", "{", ":", "#", "\n", "\t", "s", "S", "ſ", "k", "K", "\u212A", "å", "Å",
    "\u212B", "ς", "σ", "Σ", "ß", "ẞ", "ss", "i", "I", "ı", "İ", "i\u0307", "é", "e\u0301", "É", "😀", "𐐀", "𐐨", "ǅ", "ǆ", "µ", "θ", "ϴ", "Ω", "Ꭰ", "д",
    "Д", "ā", "Ā", "ș", "Ӂ", "ﬀ", "Ა", "漢字", "\u00a0", "\u200b", "1", "42", "01", "1.0", "true", "FALSE", "null", "0x1F", "10.0.0.1", "é-é", "日/本"};

const std::vector<std::string> numbers = {"0", "1", "-1", "2", "10", "42", "100", "4624", "1.5", "0.5", "-0.25", "1.0", "0.0", "3.10", "1000000",
                                          "9007199254740992", "9007199254740993", "-9007199254740993", "9223372036854775807",
                                          "-9223372036854775808", "18446744073709551615", "0.1", "0.30000000000000004", "123456789.125"};

const std::vector<std::string> dates = {"2024-02-29T13:05:59Z", "2024-02-29 13:05:59", "2024-02-29", "2024/02/29", "2021-01-03T00:00:00Z", "2020-12-31T23:59:59.999+02:00",
                                        "2026-11-23 09:30", "2019-12-30", "2016-01-01T05:06:07.123456Z", "1999-06-15T10:20:30-0500", "2024-13-01", "2023-02-29", "soon",
                                        "2024-02-29T24:00:00Z", "2024/02-29", "2020-12-31 23:59 UTC"};
const std::vector<std::string> epochs = {"0", "1709211959", "1609631999", "-1", "1609632000.5", "1700000000"};

struct RegexSample {
  const char* regex;
  const char* text;
};
const std::vector<RegexSample> regexes = {
    {"^a+b$", "aab"}, {"(foo|bar)\\d{2}", "xfoo42y"}, {"\\bcmd\\b", "x cmd y"}, {"[^a-z]", "aB"}, {"k", "\u212A"}, {"a.b", "a\nb"}, {"a.b", "axb"},
    {"^b", "a\nb"}, {"a$", "a\n"}, {"a$", "ba"}, {"\\pL{2}", "éа"}, {"(?i)abc", "xABC"}, {"x*", ""}, {"\\\\Temp\\\\", "C:\\Temp\\a"}, {"a|b", "xa"},
    {"^$", ""}, {"[[:upper:]]s", "As"}, {"\\w+@\\w+\\.com", "me@x.com"}, {"\\d+", "٣"}, {"^.$", "😀"}, {"^..$", "e\u0301"}, {"(?s)a.*z", "a\nz"}, {"ß", "ẞ"}, {"\\*", "*"},
    {"1", "10"}, {"tr.e", "true"}};

const std::vector<std::pair<std::string, std::vector<std::string>>> networks = {
    {"10.0.0.0/8", {"10.0.0.1", "10.255.255.255", "11.0.0.0", "010.0.0.1", "10.1", "10.0.0.1:80", " 10.0.0.1", "::ffff:10.0.0.1"}},
    {"192.168.1.0/24", {"192.168.1.77", "192.168.2.77", "192.168.1.256", "192.168.1"}},
    {"172.16.0.0/12", {"172.16.0.1", "172.31.255.255", "172.32.0.0"}},
    {"1.2.3.4/32", {"1.2.3.4", "1.2.3.5"}},
    {"0.0.0.0/0", {"8.8.8.8", "::1"}},
    {"128.0.0.0/1", {"200.1.1.1", "127.0.0.1"}},
    {"fe80::/10", {"fe80::1", "FE80::ABCD%eth0", "febf::1", "fec0::1", "[fe80::1]"}},
    {"2001:db8::/33", {"2001:db8:7fff::1", "2001:0DB8::", "2001:db8:8000::"}},
    {"::1/128", {"::1", "0:0:0:0:0:0:0:1", "::2", "::1%lo"}},
    {"::/0", {"::", "1.2.3.4", "2001::1"}},
    {"::ffff:10.0.0.0/104", {"::ffff:10.1.2.3", "10.1.2.3", "::FFFF:0a01:0203"}}};

const std::vector<std::pair<std::string, std::vector<std::string>>> placeholders = {
    {"Admins", {"root", "Admin*", "ſam"}}, {"one", {"Bär"}}, {"Paths", {"C:\\Temp\\", "a?c", "x\\*y"}}};

bool starts_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool may_be_plain(const std::string& text) {
  if (text.empty() || !starts_plain(text[0]) || text.back() == ' ' || text.back() == ':') return false;
  for (const char* typed : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
    std::string lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (lower == typed) return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return starts_plain(c) || (c >= '0' && c <= '9') || c == ' ' || c == '\\' || c == '/' || c == '.' || c == '-' || c == '*' || c == '?' || c == '_';
  });
}

std::string random_point(Random& random) { return random.pick(code_points(random.pick(words))); }

// A pattern from pieces: what is written with Sigma's escapes, and a text that it matches.
struct Pattern {
  std::string written, text;
  void literal(const std::string& piece, Random& random) {
    for (const std::string& point : code_points(piece)) {
      if (point == "*" || point == "?")
        written += "\\" + point;
      else if (point == "\\")
        written += random.chance(40) ? "\\\\" : "\\";
      else
        written += point;
    }
    text += piece;
  }
  void any_run(Random& random) { written += "*", text += random.chance(40) ? "" : random_text(random, 2); }
  void any_one(Random& random) { written += "?", text += random_point(random); }
};

}  // namespace

const std::vector<std::pair<std::string, std::vector<std::string>>>& sample_placeholders() { return placeholders; }

std::string yaml_text(const std::string& text, Random& random) {
  if (may_be_plain(text) && random.chance(40)) return text;
  bool control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  bool invisible = text.find("\u00a0") != text.npos || text.find("\u200b") != text.npos;
  if (!control && !invisible && random.chance(75)) {
    std::string out = "'";
    for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
  }
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string random_text(Random& random, size_t most_words) {
  std::string text;
  for (size_t i = random.between(1, most_words); i > 0; --i) text += random.pick(words);
  return text;
}

RuleValue random_pattern(Random& random) {
  Pattern pattern;
  if (random.chance(3)) return {"''", {true, ""}};
  if (random.chance(6)) {
    // ab*b and the like: what a wildcard stands between may not overlap.
    std::string whole = random_text(random, 2);
    std::vector<std::string> points = code_points(whole);
    std::string end;
    for (size_t i = random.below(points.size()); i < points.size(); ++i) end += points[i];
    pattern.literal(whole, random);
    pattern.any_run(random);
    std::string apart = pattern.text;
    pattern.literal(end, random);
    return {yaml_text(pattern.written, random), {true, random.chance(50) ? whole : apart + end}};
  }
  bool wild = random.chance(45);
  for (size_t i = random.between(1, 4); i > 0; --i) {
    size_t kind = wild ? random.below(100) : 99;
    if (kind < 30)
      pattern.any_run(random);
    else if (kind < 50)
      pattern.any_one(random);
    else
      pattern.literal(random.pick(words), random);
  }
  return {yaml_text(pattern.written, random), {true, pattern.text}};
}

RuleValue random_literal(Random& random) {
  Pattern pattern;
  pattern.literal(random_text(random, 3), random);
  return {yaml_text(pattern.written, random), {true, pattern.text}};
}

RuleValue random_dashed(Random& random) {
  static const std::vector<std::string> signs = {"-", "/", "–", "—", "―"};
  static const std::vector<std::string> options = {"enc", "c", " ", "é", "漢", "_x", "*", "?", "\\*", "1", "--", "a", "I", "𐐀", "\u0301", "²"};
  std::string written, text;
  for (size_t i = random.between(1, 5); i > 0; --i) {
    std::string option = random.pick(options);
    if (random.chance(60)) {
      written += random.pick(signs);
      text += random.pick(signs);
    }
    written += option;
    text += option == "*" ? "" : option == "?" ? "q" : option == "\\*" ? "*" : option;
  }
  return {yaml_text(written, random), {true, text}};
}

RuleValue random_expandable(Random& random) {
  const auto& [name, values] = random.pick(placeholders);
  Pattern front, back;
  if (random.chance(60)) front.literal(random.pick({"x", "a ", "100", "é"}), random);
  if (random.chance(20)) front.written += "\\% ", front.text += "% ";
  if (random.chance(40)) back.any_run(random);
  std::string value = random.pick(values);
  value.erase(std::remove(value.begin(), value.end(), '*'), value.end());
  return {yaml_text(front.written + "%" + name + "%" + back.written, random), {true, front.text + value + back.text}};
}

RuleValue random_number(Random& random) {
  std::string number = random.pick(numbers);
  return {number, respelt_number(number, random)};
}

RuleValue random_bool(Random& random) {
  std::string truth = random.chance(50) ? "true" : "false";
  return {truth, {random.chance(30), truth}};
}

RuleValue random_null() { return {"null", {false, "null"}}; }

RuleValue random_regex(Random& random) {
  const RegexSample& sample = random.pick(regexes);
  std::string text = sample.text;
  if (random.chance(15)) text = recased(text, random);
  return {yaml_text(sample.regex, random), {true, text}};
}

RuleValue random_network(Random& random) {
  const auto& [network, addresses] = random.pick(networks);
  return {yaml_text(network, random), {true, random.chance(50) ? addresses.front() : random.pick(addresses)}};
}

RuleValue random_bound(Random& random, const std::string& order) {
  std::string bound = random.pick(numbers);
  std::string number = random.pick(numbers);
  if (order.size() == 3 && random.chance(40)) number = bound;  // lte, gte
  return {bound, respelt_number(number, random)};
}

RuleValue random_time_part(Random& random, const std::string& part) {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> bounds = {
      {"minute", {"0", "5", "59", "30", "20"}}, {"hour", {"0", "13", "23", "9", "10"}}, {"day", {"1", "29", "31", "3", "30", "15"}},
      {"week", {"1", "9", "53", "48", "24", "52"}}, {"month", {"1", "2", "12", "6", "11"}}, {"year", {"2024", "2020", "2021", "1999", "1970", "1969"}}};
  auto known = std::find_if(bounds.begin(), bounds.end(), [&](const auto& entry) { return entry.first == part; });
  if (random.chance(15)) return {random.pick(known->second), {false, random.pick(epochs)}};
  return {random.pick(known->second), {true, random.pick(dates)}};
}

std::string encode_utf16(const std::string& text, const std::string& modifier) {
  std::string out = modifier == "utf16" ? "\xFF\xFE" : "";
  auto put = [&](uint32_t unit) {
    char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
    out += modifier == "utf16be" ? high : low;
    out += modifier == "utf16be" ? low : high;
  };
  for (const std::string& point : code_points(text)) {
    uint32_t value = 0;
    auto byte = [&](size_t i) { return static_cast<unsigned char>(point[i]); };
    value = point.size() == 1 ? byte(0) : byte(0) & (0x7Fu >> point.size());
    for (size_t i = 1; i < point.size(); ++i) value = value << 6 | (byte(i) & 0x3Fu);
    if (value < 0x10000) {
      put(value);
    } else {
      put(0xD800 + ((value - 0x10000) >> 10));
      put(0xDC00 + ((value - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::string encode_base64(const std::string& bytes) {
  static const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  size_t count = 0;
  for (char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += alphabet[bits >> (count - 6) & 63];
  }
  if (count) out += alphabet[bits << (6 - count) & 63];
  while (out.size() % 4) out += '=';
  return out;
}

Sample respelt_number(const std::string& number, Random& random) {
  bool whole = number.find('.') == number.npos;
  switch (random.below(14)) {
    case 0: return {true, number};
    case 1: return {false, whole ? number + ".0" : number + "0"};
    case 2: return {false, number + "e0"};
    case 3: return {false, number + (whole && number != "0" ? "0e-1" : "E+0")};
    case 4: return {true, whole ? number + ".0" : number + "0"};
    case 5: return {true, random.pick({"0", "+", " ", ""}) + number + random.pick({"", " ", "e0", "\n"})};
    case 6: return {false, random.pick({"1e400", "-1e400", "1e-400", "18446744073709551616", "-9223372036854775809", "-0", "-0.0", "0e5", "1e308",
                                        "1.7976931348623159e308", "123456789012345678901234567890"})};
    case 7: return {true, random.pick({"-0", "inf", "nan", "1e3", "0x10", ".5", "5.", "1_000", "٣"})};
    default: return {false, number};
  }
}

std::string recased(const std::string& text, Random& random) {
  std::string out;
  for (const std::string& point : code_points(text)) {
    char c = point[0];
    auto family = std::find_if(letter_cases.begin(), letter_cases.end(),
                               [&](const auto& letters) { return std::find(letters.begin(), letters.end(), point) != letters.end(); });
    if (family != letter_cases.end())
      out += random.pick(*family);
    else if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && random.chance(50))
      out += static_cast<char>(c ^ 0x20);
    else
      out += point;
  }
  return out;
}

Sample spoilt(const Sample& sample, Random& random) {
  if (!sample.text) {
    switch (random.below(4)) {
      case 0: return {true, sample.value};
      case 1: return {false, random.pick({"null", "true", "false", "0", "1", "[]", "{}", "\"\"", "[null]", "[[1]]"})};
      case 2: return {false, random.pick(numbers)};
      default: return sample;
    }
  }
  std::vector<std::string> points = code_points(sample.value);
  auto at = [&](size_t i) { return points.begin() + static_cast<std::ptrdiff_t>(i); };
  size_t place = points.empty() ? 0 : random.below(points.size());
  switch (points.empty() ? 1 : random.below(7)) {
    case 0: points[place] = random_point(random); break;
    case 1: points.insert(points.begin(), random_point(random)); break;
    case 2: points.push_back(random_point(random)); break;
    case 3: points.erase(at(place)); break;
    case 4: points.insert(at(place), random_point(random)); break;
    case 5: return {true, random_text(random, 2)};
    default: return {false, random.pick({"null", "true", "0", "42", "1.0", "[]", "{}", "\"\"", "\"\\ud800\"", "\"a\\udc00b\"", "\"\\u0000\"",
                                      "\"1\\u0000\"", "\"10.0.0.1\\u0000\""})};
  }
  std::string out;
  for (const std::string& point : points) out += point;
  return {true, out};
}

}  // namespace sigrun::differential
