#include <algorithm>

#include "differential/generator.h"

namespace sigrun::differential {
namespace {

// The path cut at some of its dots: each piece becomes one key.
std::vector<std::string> cut_path(const std::string& path, Random& random) {
  size_t style = random.below(100);
  std::vector<std::string> keys(1);
  for (char c : path) {
    bool cut = c == '.' && (style < 50 || (style >= 75 && random.chance(50)));
    if (cut)
      keys.emplace_back();
    else
      keys.back() += c;
  }
  return keys;
}

JsonTree value_tree(const Sample& sample, Random& random) {
  std::string json = sample.text ? json_string(sample.value, random) : sample.value;
  if (random.chance(5)) json = random.pick({" ", "\t", "\n"}) + json + random.pick({" ", "\r\n", "  "});
  JsonTree value = JsonTree::of(std::move(json));
  if (random.chance(12)) {
    std::vector<JsonTree> items;
    if (random.chance(40)) items.push_back(JsonTree::of(random.pick({"null", "1", "\"x\"", "[]", "{}", "\"\"", "[[\"Admin\"]]"})));
    items.push_back(std::move(value));
    if (random.chance(40)) items.push_back(JsonTree::of(random.pick({"null", "true", "\"foo\"", "[null]", "{\"b\":\"foo\"}"})));
    value = JsonTree::array(std::move(items));
    if (random.chance(20)) value = JsonTree::array({std::move(value)});
  } else if (random.chance(2)) {
    JsonTree inner = JsonTree::object();
    inner.members.push_back({"b", "\"b\"", std::move(value)});
    value = std::move(inner);
  }
  return value;
}

// Puts the value behind the keys; objects that are there already are mostly gone into.
void put(JsonTree& object, const std::vector<std::string>& keys, size_t at, JsonTree value, Random& random) {
  JsonTree::Member* known = nullptr;
  for (JsonTree::Member& member : object.members)
    if (member.key == keys[at]) known = &member;
  bool last = at + 1 == keys.size();
  if (known && !last && random.chance(80)) {
    JsonTree* inner = &known->value;
    if (inner->kind == JsonTree::Kind::array && !inner->items.empty()) inner = &inner->items[random.below(inner->items.size())];
    if (inner->kind == JsonTree::Kind::object) return put(*inner, keys, at + 1, std::move(value), random);
  }
  if (!last) {
    JsonTree inner = JsonTree::object();
    put(inner, keys, at + 1, std::move(value), random);
    value = std::move(inner);
    if (random.chance(15)) {
      std::vector<JsonTree> items;
      if (random.chance(50)) items.push_back(JsonTree::of(random.pick({"{}", "null", "\"a\"", "{\"b\":null}", "{\"c\":\"foo\"}"})));
      items.push_back(std::move(value));
      value = JsonTree::array(std::move(items));
    }
  }
  JsonTree::Member member{keys[at], json_string(keys[at], random) + (random.chance(3) ? " " : ""), std::move(value)};
  size_t place = random.chance(70) ? object.members.size() : random.below(object.members.size() + 1);
  object.members.insert(object.members.begin() + static_cast<std::ptrdiff_t>(place), std::move(member));
}

void want(JsonTree& event, const Wanted& wanted, Random& random) {
  static const std::vector<std::string> anywhere = {"Message", "m.n", "F", "Other", "a.b"};
  Sample sample = wanted.sample;
  if (sample.text && random.chance(35)) sample.value = recased(sample.value, random);
  if (random.chance(18)) sample = spoilt(sample, random);
  std::string path = wanted.field.empty() ? random.pick(anywhere) : wanted.field;
  put(event, cut_path(path, random), 0, value_tree(sample, random), random);
}

}  // namespace

JsonTree generate_event(const GeneratedRule& rule, Random& random) {
  JsonTree event = JsonTree::object();
  for (const auto& alternatives : rule.selections) {
    if (random.chance(20)) continue;
    for (const Wanted& wanted : random.pick(alternatives))
      if (!random.chance(5)) want(event, wanted, random);
  }
  // What nobody asked for, or what hides what was asked for.
  if (random.chance(25)) want(event, {random.pick({"F", "a.b", "a", "Noise", "a.b.c", "f", "a..b"}), {true, random_text(random, 2)}}, random);
  return event;
}

}  // namespace sigrun::differential
