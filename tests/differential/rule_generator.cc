#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "differential/generator.h"

namespace sigrun::differential {
namespace {

const std::vector<std::string> fields = {"F", "F", "F", "G", "G", "f", "a", "a.b", "a.b", "a.b.c", "a.c", "b.c", "x y", "Ключ", "a..b", "k'\"q", "#attr", "a.0", ".a"};

// One line of a map: `Field|modifiers: values`.
struct Item {
  std::string key;
  std::vector<std::string> values;  // YAML
  bool list = false;
  std::vector<Wanted> wanted;
};

bool is_text_modifier(const std::string& name) { return name == "contains" || name == "startswith" || name == "endswith"; }

// A value of an event that the pattern of `sample` is found in as the text modifier says.
Sample widened(const Sample& sample, const std::string& modifier, Random& random) {
  if (!sample.text) return sample;
  std::string text = sample.value;
  if (modifier == "contains" || modifier == "endswith") text = random_text(random, 2) + text;
  if (modifier == "contains" || modifier == "startswith") text += random_text(random, 2);
  return {true, text};
}

class RuleGenerator {
 public:
  RuleGenerator(Random& random, size_t number) : random_(random), number_(number) {}

  GeneratedRule generate() {
    static const std::vector<std::string> names = {"sel", "sel1", "selection_x", "filter", "filter_main_1", "_hidden", "notepad", "orgs", "sel-a", "all_x", "Sel"};
    rule_.yaml = fmt::format("title: random {}\nlogsource: {{category: test}}\ndetection:\n", number_);
    std::vector<std::string> chosen;
    for (size_t i = random_.between(1, 4); i > 0; --i) {
      std::string name = random_.pick(names);
      if (std::find(chosen.begin(), chosen.end(), name) != chosen.end()) continue;
      chosen.push_back(name);
      rule_.selections.emplace_back();
      rule_.yaml += "  " + name + ":";
      selection(4, 0);
    }
    rule_.yaml += "  condition:";
    if (random_.chance(8)) {
      rule_.yaml += "\n";
      for (size_t i = random_.between(1, 3); i > 0; --i) rule_.yaml += "  - '" + condition(chosen, 2) + "'\n";
    } else {
      rule_.yaml += " '" + condition(chosen, 3) + "'\n";
    }
    return std::move(rule_);
  }

 private:
  // ---- selections --------------------------------------------------------------------------------------------------

  // Continues the line `name:` or `-` and ends it.
  void selection(size_t indent, size_t depth) {
    size_t kind = random_.below(100);
    if (kind < 60 || depth > 2) {
      rule_.yaml += "\n";
      map(indent);
    } else if (kind < 70) {
      std::string value = keyword_value().yaml;
      rule_.yaml += " " + value + "\n";
    } else {
      rule_.yaml += "\n";
      for (size_t i = random_.between(1, 3); i > 0; --i) {
        rule_.yaml += std::string(indent, ' ') + "-";
        size_t child = random_.below(100);
        if (child < 55) {
          rule_.yaml += "\n";
          map(indent + 2);
        } else if (child < 85 || depth > 1) {
          std::string value = keyword_value().yaml;
          rule_.yaml += " " + value + "\n";
        } else {
          selection(indent + 2, depth + 1);
        }
      }
    }
  }

  // A scalar of a keyword list; its sample becomes an alternative of the selection.
  RuleValue keyword_value() {
    RuleValue value = random_.chance(80) ? random_pattern(random_) : random_.chance(50) ? random_number(random_) : random_bool(random_);
    alternatives().push_back({{"", widened(value.sample, "contains", random_)}});
    return value;
  }

  void map(size_t indent) {
    std::set<std::string> keys;
    std::vector<Wanted> wanted;
    for (size_t i = random_.between(1, 3); i > 0; --i) {
      Item item = random_.chance(8) ? keyword_item() : field_item();
      if (!keys.insert(item.key).second) continue;
      rule_.yaml += std::string(indent, ' ') + quoted(item.key) + ":";
      if (item.list && random_.chance(50)) {
        rule_.yaml += "\n";
        for (const std::string& value : item.values) rule_.yaml += std::string(indent, ' ') + "- " + value + "\n";
      } else if (item.list) {
        rule_.yaml += " [";
        // Plain scalars of a flow list may hold no flow signs: quote what could.
        for (size_t k = 0; k < item.values.size(); ++k) rule_.yaml += (k ? ", " : "") + item.values[k];
        rule_.yaml += "]\n";
      } else {
        rule_.yaml += " " + item.values[0] + "\n";
      }
      wanted.insert(wanted.end(), item.wanted.begin(), item.wanted.end());
    }
    alternatives().push_back(std::move(wanted));
  }

  std::vector<std::vector<Wanted>>& alternatives() { return rule_.selections.back(); }

  static std::string quoted(const std::string& key) {
    std::string out = "'";
    for (char c : key) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
  }

  // ---- items -------------------------------------------------------------------------------------------------------

  Item keyword_item() {
    Item item;
    item.list = true;
    std::string modifier = random_.pick({"all", "contains", "re", "all|contains", "cased", "cased|all", "re|i", "contains|neq", "startswith", "endswith|cased", "windash"});
    item.key = "|" + modifier;
    Wanted all{"", {true, ""}};
    for (size_t i = random_.between(1, 3); i > 0; --i) {
      RuleValue value = modifier.starts_with("re") ? random_regex(random_) : modifier == "windash" ? random_dashed(random_) : random_pattern(random_);
      item.values.push_back(value.yaml);
      item.wanted.push_back({"", value.sample});
      if (modifier.find("all") == modifier.npos) break;
    }
    return item;
  }

  // Puts several values into the item, and one of their samples, or all where all must hold.
  template <class Make>
  void fill(Item& item, const std::string& field, std::vector<std::string> modifiers, Make&& make) {
    bool all = item.list && random_.chance(15);
    if (all) modifiers.insert(modifiers.begin() + static_cast<std::ptrdiff_t>(place_of_all(modifiers)), "all");
    if (random_.chance(10)) modifiers.push_back("neq");
    item.key = field;
    for (const std::string& modifier : modifiers) item.key += "|" + modifier;
    std::vector<Sample> samples;
    for (size_t i = item.list ? random_.between(1, 3) : 1; i > 0; --i) {
      RuleValue value = make();
      item.values.push_back(std::move(value.yaml));
      samples.push_back(std::move(value.sample));
    }
    if (!all) {
      item.wanted.push_back({field, random_.pick(samples)});
      return;
    }
    // Either one long text or the same field several times.
    Sample joined{true, ""};
    for (const Sample& sample : samples) joined.value += sample.value;
    if (random_.chance(60))
      item.wanted.push_back({field, joined});
    else
      for (const Sample& sample : samples) item.wanted.push_back({field, sample});
  }

  size_t place_of_all(const std::vector<std::string>& modifiers) { return modifiers.empty() ? 0 : random_.below(modifiers.size() + 1); }

  Item field_item() {
    Item item;
    std::string field = random_.pick(fields);
    item.list = random_.chance(45);
    size_t kind = random_.below(100);
    if (kind < 40)
      text_item(item, field);
    else if (kind < 46)
      dash_item(item, field);
    else if (kind < 50)
      fill(item, field, with_text_modifier({"expand"}), [&] { return random_expandable(random_); });
    else if (kind < 58)
      fill(item, field, {}, [&] { return random_number(random_); });
    else if (kind < 61)
      fill(item, field, {}, [&] { return random_bool(random_); });
    else if (kind < 65)
      fill(item, field, {}, [&] { return mixed_value(); });
    else if (kind < 68)
      exists_item(item, field);
    else if (kind < 76)
      regex_item(item, field);
    else if (kind < 82)
      encoded_item(item, field);
    else if (kind < 88)
      bound_item(item, field);
    else if (kind < 94)
      fill(item, field, {"cidr"}, [&] { return random_network(random_); });
    else
      reference_item(item, field);
    return item;
  }

  // Sometimes puts a text modifier, cased, or both behind (or before) the given ones.
  std::vector<std::string> with_text_modifier(std::vector<std::string> modifiers) {
    if (random_.chance(60)) modifiers.push_back(random_.pick({"contains", "startswith", "endswith"}));
    if (random_.chance(15)) modifiers.insert(modifiers.begin() + static_cast<std::ptrdiff_t>(random_.below(modifiers.size() + 1)), "cased");
    return modifiers;
  }

  static std::string text_modifier_of(const std::vector<std::string>& modifiers) {
    auto found = std::find_if(modifiers.begin(), modifiers.end(), is_text_modifier);
    return found == modifiers.end() ? std::string() : *found;
  }

  void text_item(Item& item, const std::string& field) {
    std::vector<std::string> modifiers = with_text_modifier({});
    std::string place = text_modifier_of(modifiers);
    fill(item, field, modifiers, [&] {
      RuleValue value = random_.chance(6) ? random_number(random_) : random_pattern(random_);
      value.sample = widened(value.sample, place, random_);
      return value;
    });
  }

  void dash_item(Item& item, const std::string& field) {
    std::vector<std::string> modifiers = with_text_modifier({"windash"});
    if (random_.chance(20)) std::reverse(modifiers.begin(), modifiers.end());
    std::string place = text_modifier_of(modifiers);
    fill(item, field, modifiers, [&] {
      RuleValue value = random_dashed(random_);
      value.sample = widened(value.sample, place, random_);
      return value;
    });
  }

  RuleValue mixed_value() {
    switch (random_.below(5)) {
      case 0: return random_null();
      case 1: return random_number(random_);
      case 2: return random_bool(random_);
      case 3: return {"''", {true, ""}};
      default: return random_pattern(random_);
    }
  }

  void exists_item(Item& item, const std::string& field) {
    item.list = false;
    item.key = field + "|exists" + (random_.chance(10) ? "|neq" : "");
    item.values = {random_.chance(70) ? "true" : "false"};
    if (item.values[0] == "true") item.wanted.push_back({field, {false, random_.pick({"null", "\"\"", "{}", "[]", "1"})}});
  }

  void regex_item(Item& item, const std::string& field) {
    std::vector<std::string> modifiers = {"re"};
    for (const char* flag : {"i", "m", "s", "ignorecase", "multiline", "dotall"})
      if (random_.chance(12)) modifiers.push_back(flag);
    if (random_.chance(20)) modifiers.push_back(random_.pick({"contains", "startswith", "endswith"}));
    fill(item, field, modifiers, [&] { return random_regex(random_); });
  }

  void encoded_item(Item& item, const std::string& field) {
    bool offset = random_.chance(65);
    std::vector<std::string> modifiers;
    if (random_.chance(50)) modifiers.push_back(random_.pick({"wide", "utf16le", "utf16be", "utf16"}));
    modifiers.push_back(offset ? "base64offset" : "base64");
    if (offset || random_.chance(40)) modifiers.push_back(random_.chance(80) ? "contains" : random_.pick({"startswith", "endswith"}));
    if (random_.chance(10)) modifiers.push_back("cased");
    fill(item, field, modifiers, [&] {
      RuleValue value = random_literal(random_);
      std::string bytes = modifiers[0].starts_with("base64") ? value.sample.value : encode_utf16(value.sample.value, modifiers[0]);
      if (offset) {
        static const std::string around = "xyzQ7";
        bytes = around.substr(0, random_.below(5)) + bytes + around.substr(0, random_.below(4));
      }
      value.sample.value = encode_base64(bytes);
      return value;
    });
  }

  void bound_item(Item& item, const std::string& field) {
    std::string order = random_.pick({"lt", "lte", "gt", "gte"});
    if (random_.chance(50)) {
      fill(item, field, {order}, [&] { return random_bound(random_, order); });
      return;
    }
    std::string part = random_.pick({"minute", "hour", "day", "week", "month", "year"});
    std::vector<std::string> modifiers = {part};
    if (random_.chance(50)) modifiers.push_back(order);
    fill(item, field, modifiers, [&] { return random_time_part(random_, part); });
  }

  void reference_item(Item& item, const std::string& field) {
    std::vector<std::string> modifiers = {"fieldref"};
    std::string place;
    if (random_.chance(50)) modifiers.push_back(place = random_.pick({"contains", "startswith", "endswith"}));
    if (random_.chance(20)) modifiers.insert(modifiers.begin() + static_cast<std::ptrdiff_t>(random_.below(modifiers.size() + 1)), "cased");
    std::string other;
    fill(item, field, modifiers, [&] {
      other = random_.pick(fields);
      Sample same = random_.chance(50) ? Sample{true, random_text(random_, 2)} : random_number(random_).sample;
      item.wanted.push_back({other, {same.text, same.text ? recased(same.value, random_) : same.value}});
      return RuleValue{quoted(other), widened(same, place, random_)};
    });
  }

  // ---- conditions --------------------------------------------------------------------------------------------------

  std::string condition(const std::vector<std::string>& names, size_t depth) {
    size_t kind = random_.below(100);
    if (depth == 0 || kind < 35) return random_.pick(names);
    if (kind < 50) return quantified(names);
    if (kind < 62) return "not " + operand(names, depth);
    std::string text = operand(names, depth);
    std::string word = kind < 80 ? " or " : " and ";
    for (size_t i = random_.between(1, 2); i > 0; --i) {
      text += (random_.chance(20) ? (word == " or " ? " and " : " or ") : word) + (random_.chance(15) ? "not " : "") + operand(names, depth);
    }
    return text;
  }

  std::string operand(const std::vector<std::string>& names, size_t depth) {
    std::string inner = condition(names, depth - 1);
    return random_.chance(50) ? "(" + inner + ")" : random_.chance(10) ? "( " + inner + " )" : inner;
  }

  std::string quantified(const std::vector<std::string>& names) {
    auto listed = [](const std::string& name) { return name[0] != '_'; };
    size_t visible = static_cast<size_t>(std::count_if(names.begin(), names.end(), listed));
    std::string count = random_.pick({"1", "all", "any", "all", "1"});
    if (visible > 0 && random_.chance(40)) {
      if (visible > 1 && random_.chance(40)) count = std::to_string(random_.between(1, visible));
      return count + " of them";
    }
    std::string name = random_.pick(names);
    // A pattern that certainly selects the name it was made from.
    size_t keep = random_.between(1, name.size());
    std::string pattern = name.substr(0, keep) + "*";
    if (random_.chance(20) && listed(name)) pattern = "*" + name.substr(name.size() - std::min<size_t>(2, name.size()));
    if (random_.chance(15)) pattern = name;
    return count + " of " + pattern;
  }

  Random& random_;
  size_t number_;
  GeneratedRule rule_;
};

}  // namespace

GeneratedRule generate_rule(Random& random, size_t number) { return RuleGenerator(random, number).generate(); }

}  // namespace sigrun::differential
