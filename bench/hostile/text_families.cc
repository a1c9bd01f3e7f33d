// Every family of texts in every carrier: what is harmless in one field may be what the rules of another one
// fear.
#include <algorithm>
#include <array>
#include <string_view>

#include "hostile_event.h"
#include "support/json_text.h"

namespace sigrun::bench {

void append_inside(std::string_view text, std::string& out) {
  std::string quoted;
  append_json_string(text, quoted);
  out.append(quoted, 1, quoted.size() - 2);
}

namespace {

// The inside of a JSON string, about `size` bytes.
using MakeText = std::string (*)(const FieldTexts&, size_t size, Random&);
struct TextFamily {
  const char* name;
  MakeText make;
};

template <class List>
const auto& pick(const List& list, Random& random) {
  return list[random.below(list.size())];
}

template <size_t Count>
std::string words(const std::array<std::string_view, Count>& list, size_t size, Random& random) {
  return fill(size, [&](std::string& text) { text += pick(list, random); });
}

std::string repeated(std::string_view piece, size_t size) {
  return fill(size, [&](std::string& text) { text += piece; });
}

std::string ordinary(const FieldTexts&, size_t size, Random& random) {
  static constexpr std::array<std::string_view, 16> list = {
      "C:\\\\Program Files\\\\Contoso\\\\Agent\\\\bin\\\\agent.exe ",
      "--config ",
      "settings.json ",
      "--level 3 ",
      "D:\\\\data\\\\2026\\\\november\\\\report ",
      "update ",
      "4711 ",
      "inventory of the warehouse ",
      "and ",
      "the quick brown fox ",
      "monitoring=on ",
      "session 12 ",
      "north-eu-14 ",
      "/opt/contoso/lib ",
      "ready. ",
      "{5e1c70ad-9a1b-4c7b-8f27-6f7d1b2a90c4} "};
  return words(list, size, random);
}

std::string random_of(std::string_view alphabet, size_t size, Random& random) {
  return fill(size, [&](std::string& text) { text += alphabet[random.below(alphabet.size())]; });
}
std::string random_ascii(const FieldTexts&, size_t size, Random& random) {
  return random_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&'()*+,-./:;<=>?@[]^_`{|}~", size,
      random);
}
std::string base64(const FieldTexts&, size_t size, Random& random) {
  return random_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", size, random);
}
std::string letter_run(const FieldTexts&, size_t size, Random&) { return std::string(size, 'a'); }
std::string space_run(const FieldTexts&, size_t size, Random&) { return std::string(size, ' '); }
std::string digit_run(const FieldTexts&, size_t size, Random&) { return std::string(size, '1'); }
std::string addresses(const FieldTexts&, size_t size, Random&) { return repeated("10.0.0.1,fe80::1,", size); }
std::string backslashes(const FieldTexts&, size_t size, Random&) {
  return std::string(size & ~size_t{1}, '\\');
}
std::string quotes(const FieldTexts&, size_t size, Random&) { return repeated("\\\"", size); }

// Literals in random order with something done to each.
template <class Change>
std::string changed_literals(const FieldTexts& rules, size_t size, Random& random, Change&& change) {
  return fill(size, [&](std::string& text) {
    std::string literal = pick(rules.literals, random);
    change(literal);
    append_inside(literal, text);
  });
}
std::string literals(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random, [](std::string& literal) { literal += ' '; });
}
std::string near_misses(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random, [](std::string& literal) { literal.back() = '\x7F'; });
}
std::string near_misses_in_front(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random, [](std::string& literal) { literal.front() = '\x7F'; });
}
std::string near_misses_inside(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random,
                          [](std::string& literal) { literal[literal.size() / 2] = '\x7F'; });
}
std::string first_grams(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random,
                          [](std::string& literal) { literal.resize(std::min<size_t>(literal.size(), 4)); });
}
std::string inner_grams(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random, [&](std::string& literal) {
    if (literal.size() > 4) literal = literal.substr(random.below(literal.size() - 3), 4);
  });
}
std::string long_grams(const FieldTexts& rules, size_t size, Random& random) {
  return changed_literals(rules, size, random, [&](std::string& literal) {
    if (literal.size() > 9) literal = literal.substr(random.below(literal.size() - 8), 9);
  });
}

std::string one_literal(std::string_view literal, size_t size) {
  std::string piece;
  append_inside(literal.empty() ? "x" : literal, piece);
  return repeated(piece, size);
}
std::string commonest(const FieldTexts& rules, size_t size, Random&) {
  return one_literal(rules.commonest, size);
}
std::string shortest(const FieldTexts& rules, size_t size, Random&) {
  return one_literal(rules.shortest, size);
}
std::string longest_cut(const FieldTexts& rules, size_t size, Random&) {
  std::string_view longest = rules.longest;
  longest.remove_suffix(longest.empty() ? 0 : 1);
  return one_literal(longest, size);
}
std::string one_near_miss(const FieldTexts& rules, size_t size, Random& random) {
  std::string literal = pick(rules.literals, random);
  literal.back() = '\x7F';
  return one_literal(literal, size);
}

// Patterns with wildcards, all parts but the last: an attempt at every place, none of them successful.
std::string wildcards_cut(const FieldTexts& rules, size_t size, Random& random) {
  if (rules.wildcards.empty()) return literals(rules, size, random);
  return fill(size, [&](std::string& text) {
    const auto& parts = pick(rules.wildcards, random);
    for (size_t i = 0; i + 1 < parts.size(); ++i) append_inside(parts[i], text);
  });
}
std::string one_wildcard_cut(const FieldTexts& rules, size_t size, Random& random) {
  if (rules.wildcards.empty()) return literals(rules, size, random);
  const auto& parts = pick(rules.wildcards, random);
  return fill(size, [&](std::string& text) {
    for (size_t i = 0; i + 1 < parts.size(); ++i) append_inside(parts[i], text);
  });
}

// What opens the gate to regular expressions, then what keeps them busy.
std::string regex_literals(const FieldTexts& rules, size_t size, Random& random) {
  if (rules.regex_literals.empty()) return literals(rules, size, random);
  return fill(size, [&](std::string& text) { append_inside(pick(rules.regex_literals, random), text); });
}
std::string after_regex_literals(const FieldTexts& rules, size_t size, Random& random,
                                 std::string_view rest) {
  std::string text;
  for (const std::string& literal : rules.regex_literals) {
    if (text.size() >= size / 2) break;
    append_inside(literal, text);
    text += ' ';
  }
  while (text.size() < size)
    if (rest.empty())
      text += static_cast<char>('a' + random.below(26));
    else
      text += rest;
  return text;
}
std::string regex_then_letters(const FieldTexts& rules, size_t size, Random& random) {
  return after_regex_literals(rules, size, random, "a");
}
std::string regex_then_spaces(const FieldTexts& rules, size_t size, Random& random) {
  return after_regex_literals(rules, size, random, " ");
}
std::string regex_then_random(const FieldTexts& rules, size_t size, Random& random) {
  return after_regex_literals(rules, size, random, {});
}
std::string obfuscation(const FieldTexts&, size_t size, Random& random) {
  static constexpr std::array<std::string_view, 16> list = {
      "&&set ", "cmd /c ", "^", "{0}{1}\\\" -f ", "'+'",      "`",     "$env:", "(\\\"", "[char]", "-join ",
      "iex ",   "${",      "}", "invoke",         "\\\"\\\"", "echo |"};
  return words(list, size, random);
}

// \uXXXX for every byte of ASCII.
std::string escaped_letters(const FieldTexts& rules, size_t size, Random& random) {
  return fill(size, [&](std::string& text) {
    for (char c : pick(rules.literals, random)) {
      if (static_cast<unsigned char>(c) >= 0x80) continue;
      constexpr std::string_view digits = "0123456789abcdef";
      text += "\\u00";
      text += digits[static_cast<unsigned char>(c) >> 4];
      text += digits[c & 15];
    }
    text += ' ';
  });
}
std::string escaped_pairs(const FieldTexts&, size_t size, Random&) {
  return repeated("\\ud83d\\ude00", size);
}
// Valid JSON to many readers, and no text.
std::string lone_surrogates(const FieldTexts&, size_t size, Random&) { return repeated("\\ud83d", size); }
std::string capitals(const FieldTexts&, size_t size, Random& random) {
  static constexpr std::array<std::string_view, 10> list = {"Ä", "Ö", "É", "Σ", "Ω", "Ж", "Ѣ", "ẞ", "Ⴀ", "𐐀"};
  return words(list, size, random);
}
// ſ is s and K (the Kelvin sign) is k to whoever folds: literals that no search of raw bytes sees.
std::string folding_into_ascii(const FieldTexts& rules, size_t size, Random& random) {
  return fill(size, [&](std::string& text) {
    std::string literal;
    append_inside(pick(rules.literals, random), literal);
    for (size_t i = 0; i < literal.size(); ++i) {
      const bool escaped = i > 0 && literal[i - 1] == '\\';
      if (literal[i] == 's' && !escaped)
        text += "ſ";
      else if (literal[i] == 'k' && !escaped)
        text += "\u212A";
      else
        text += literal[i];
    }
  });
}
std::string ill_formed(const FieldTexts& rules, size_t size, Random& random) {
  return fill(size, [&](std::string& text) {
    text += "\x80\xFF\xC3";
    append_inside(pick(rules.literals, random), text);
  });
}
// One sign outside of ASCII, and near misses of everything.
std::string not_ascii(const FieldTexts& rules, size_t size, Random& random) {
  return "é" + near_misses(rules, size, random);
}

constexpr TextFamily families[] = {
    {ordinary_family, ordinary},
    {"random_ascii", random_ascii},
    {"base64", base64},
    {"letter_run", letter_run},
    {"space_run", space_run},
    {"digit_run", digit_run},
    {"addresses", addresses},
    {"backslashes", backslashes},
    {"quotes", quotes},
    {"literals", literals},
    {"near_misses", near_misses},
    {"near_misses_in_front", near_misses_in_front},
    {"near_misses_inside", near_misses_inside},
    {"first_grams", first_grams},
    {"inner_grams", inner_grams},
    {"long_grams", long_grams},
    {"commonest", commonest},
    {"shortest", shortest},
    {"longest_cut", longest_cut},
    {"one_near_miss", one_near_miss},
    {"wildcards_cut", wildcards_cut},
    {"one_wildcard_cut", one_wildcard_cut},
    {"regex_literals", regex_literals},
    {"regex_then_letters", regex_then_letters},
    {"regex_then_spaces", regex_then_spaces},
    {"regex_then_random", regex_then_random},
    {"obfuscation", obfuscation},
    {"escaped_letters", escaped_letters},
    {"escaped_pairs", escaped_pairs},
    {"lone_surrogates", lone_surrogates},
    {"capitals", capitals},
    {"folding_into_ascii", folding_into_ascii},
    {"ill_formed", ill_formed},
    {"not_ascii", not_ascii},
};

// An event up to its field, which comes last. The field is that of the rules; `key` where the event spells it
// otherwise.
struct Carrier {
  const char* name;
  const char* field;
  std::string_view front;
  const char* key = nullptr;
};

#define SYSMON(id) "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":" id ","
constexpr std::string_view process_front = SYSMON("1")
    "\"Image\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\",\"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\",";
constexpr std::string_view powershell_front =
    "{\"Channel\":\"Microsoft-Windows-PowerShell/Operational\",\"EventID\":4104,";
constexpr Carrier carriers[] = {
    {"process/CommandLine", "CommandLine", process_front},
    {"process/ParentCommandLine", "ParentCommandLine", process_front},
    {"process/OriginalFileName", "OriginalFileName", process_front},
    {"process/unwanted", "", process_front, "Remark"},
    {"powershell/ScriptBlockText", "ScriptBlockText", powershell_front},
    {"registry/TargetObject", "TargetObject", SYSMON("13")},
    {"registry/Details", "Details", SYSMON("13")},
    {"file/TargetFilename", "TargetFilename", SYSMON("11")},
    {"image/ImageLoaded", "ImageLoaded", SYSMON("7")},
    {"access/CallTrace", "CallTrace", SYSMON("10")},
    {"dns/QueryName", "QueryName", SYSMON("22")},
    {"service/ImagePath", "ImagePath", "{\"Channel\":\"System\",\"EventID\":7045,"},
    {"application/Data", "",
     "{\"Channel\":\"Application\",\"Provider_Name\":\"MSSQLSERVER\",\"EventID\":33205,", "Data"},
    {"web/cs-uri-query", "cs-uri-query", "{\"cs-method\":\"GET\",\"cs-uri-stem\":\"/\","},
    {"proxy/c-uri", "c-uri", "{\"c-useragent\":\"Mozilla/5.0\","},
    {"auditd/a1", "a1", "{\"type\":\"EXECVE\",\"a0\":\"sh\","},
    {"syslog/message", "", "{\"ident\":\"sshd\",\"pri\":\"38\",\"host\":\"a\",", "message"},
    {"cloudtrail/userAgent", "userAgent",
     "{\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateUser\",\"awsRegion\":\"x\","
     "\"eventVersion\":\"1\","},
    {"unrecognised/CommandLine", "CommandLine", "{"},
    {"unrecognised/message", "", "{", "message"},
};
#undef SYSMON

}  // namespace

std::vector<HostileEvent> hostile_texts(const RuleTexts& rules) {
  std::vector<HostileEvent> events;
  for (const TextFamily& family : families)
    for (const Carrier& carrier : carriers) {
      const FieldTexts& texts = rules.of(carrier.field);
      events.push_back({family.name, carrier.name, [&family, &carrier, &texts](size_t size, Random random) {
                          std::string event(carrier.front);
                          ((event += '"') += carrier.key ? carrier.key : carrier.field) += "\":\"";
                          event += family.make(texts, size > event.size() ? size - event.size() : 1, random);
                          return event += "\"}";
                        }});
    }
  return events;
}

}  // namespace sigrun::bench
