#include "plan/test_pool.h"

#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <utility>

namespace sigrun {
namespace {

// An exact text form of a value, the key under which equal tests are shared.
struct KeyOf {
  std::string out;

  void pattern(const sigma::TextPattern& v) {
    out += v.cased ? 'C' : 'c';
    for (const auto& part : v.parts) {
      fmt::format_to(std::back_inserter(out), "{}{}:", static_cast<int>(part.kind), part.text.size());
      out += part.text;
    }
  }
  void operator()(const sigma::TextPattern& v) {
    out = "t";
    pattern(v);
  }
  void operator()(const sigma::AnyTextPattern& v) {
    out = "a";
    for (const auto& p : v.patterns) {
      pattern(p);
      out += ';';
    }
  }
  void operator()(const sigma::RegexPattern& v) { out = "r" + v.to_re2(); }
  void operator()(const sigma::NumberEquals& v) { out = "n" + v.number.canonical(); }
  void operator()(const sigma::BoolEquals& v) { out = v.truth ? "b1" : "b0"; }
  void operator()(const sigma::IsNull&) { out = "z"; }
  void operator()(const sigma::Exists& v) { out = v.present ? "e1" : "e0"; }
  void operator()(const sigma::NumberCompare& v) {
    out = fmt::format("o{}{}", static_cast<int>(v.order), v.bound.canonical());
  }
  void operator()(const sigma::TimePartCompare& v) {
    out = fmt::format("p{}{}{}", static_cast<int>(v.part), static_cast<int>(v.order), v.bound.canonical());
  }
  void operator()(const sigma::CidrBlock& v) {
    out = fmt::format("i{}{}/{}", v.v6 ? 6 : 4,
                      std::string_view(reinterpret_cast<const char*>(v.address.data()), 16), v.prefix);
  }
  void operator()(const sigma::FieldReference&) {}
};

std::string key_of(const sigma::Value& value) {
  KeyOf key;
  std::visit(key, value);
  return std::move(key.out);
}

struct Compiler {
  const Limits& limits;

  Test operator()(const sigma::TextPattern& v) const { return TextTest::compile(v); }
  Test operator()(const sigma::AnyTextPattern& v) const {
    AnyTextTest any;
    for (const auto& pattern : v.patterns) any.tests.push_back(TextTest::compile(pattern));
    return any;
  }
  Test operator()(const sigma::RegexPattern& v) const {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(limits.regex_memory);
    return RegexTest{std::make_shared<CompiledRegex>(v.to_re2(), options)};
  }
  Test operator()(const sigma::NumberEquals& v) const { return NumberTest{v.number, v.number.canonical()}; }
  Test operator()(const sigma::FieldReference& v) const { return FieldReferenceTest{no_id, v.mode, v.cased}; }
  Test operator()(const auto& v) const { return v; }
};

}  // namespace

std::vector<std::vector<TestId>> TestPool::add_all(const std::vector<std::vector<const sigma::Value*>>& lists,
                                                   const ForEach& for_each) {
  std::vector<std::vector<std::string>> keys(lists.size());
  for_each(lists.size(), [&](size_t list) {
    keys[list].reserve(lists[list].size());
    for (const sigma::Value* value : lists[list]) keys[list].push_back(key_of(*value));
  });

  std::vector<std::vector<TestId>> ids(lists.size());
  std::vector<std::pair<const sigma::Value*, Test*>> fresh;
  for (size_t list = 0; list < lists.size(); ++list) {
    ids[list].reserve(lists[list].size());
    for (size_t i = 0; i < lists[list].size(); ++i) {
      if (keys[list][i].empty()) {
        ids[list].push_back(no_id);
        continue;
      }
      auto [known, is_new] = known_.try_emplace(std::move(keys[list][i]), static_cast<TestId>(tests_.size()));
      if (is_new) fresh.emplace_back(lists[list][i], &tests_.emplace_back());
      ids[list].push_back(known->second);
    }
    keys[list] = {};
  }
  for_each(fresh.size(),
           [&](size_t i) { *fresh[i].second = std::visit(Compiler{limits_}, *fresh[i].first); });
  return ids;
}

TestId TestPool::add_reference(FieldReferenceTest test) {
  std::string key = fmt::format("f{}:{}{}", test.other, static_cast<int>(test.mode), test.cased ? 'C' : 'c');
  auto [known, is_new] = known_.try_emplace(std::move(key), static_cast<TestId>(tests_.size()));
  if (is_new) tests_.emplace_back(test);
  return known->second;
}

}  // namespace sigrun
