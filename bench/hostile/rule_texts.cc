#include "rule_texts.h"

#include <algorithm>
#include <functional>
#include <set>

#include "plan/compiled_regex.h"

namespace sigrun::bench {
namespace {

using Counts = std::map<std::string, size_t>;

void visit_items(const sigma::Detection& detection,
                 const std::function<void(const sigma::DetectionItem&)>& visit) {
  for (const sigma::Detection& child : detection.children) visit_items(child, visit);
  if (detection.item) visit(*detection.item);
}

void add(const std::string& text, FieldTexts& texts, Counts& counts) {
  if (text.empty()) return;
  if (counts[text]++ == 0) texts.literals.push_back(text);
}

void add_pattern(const sigma::TextPattern& pattern, FieldTexts& texts, Counts& counts) {
  std::vector<std::string> literals;
  for (const sigma::TextPart& part : pattern.parts)
    if (part.kind == sigma::TextPart::Kind::literal) literals.push_back(part.text);
  for (const std::string& literal : literals) add(literal, texts, counts);
  if (literals.size() > 1) texts.wildcards.push_back(std::move(literals));
}

void add_regex(const sigma::RegexPattern& pattern, FieldTexts& texts) {
  RE2::Options options;
  options.set_log_errors(false);
  for (const auto& clause : CompiledRegex(pattern.to_re2(), options).clauses)
    texts.regex_literals.insert(texts.regex_literals.end(), clause.begin(), clause.end());
}

void finish(FieldTexts& texts, const Counts& counts) {
  const auto& literals = texts.literals;
  if (literals.empty()) return;
  auto shorter = [](const std::string& a, const std::string& b) { return a.size() < b.size(); };
  texts.shortest = *std::min_element(literals.begin(), literals.end(), shorter);
  texts.longest = *std::max_element(literals.begin(), literals.end(), shorter);
  texts.commonest = *std::max_element(literals.begin(), literals.end(), [&](const auto& a, const auto& b) {
    return counts.at(a) < counts.at(b);
  });
}

}  // namespace

RuleTexts::RuleTexts(const std::vector<sigma::DetectionRule>& rules) {
  std::map<std::string, Counts> counts;
  Counts all_counts;
  auto take = [&](const sigma::DetectionItem& item) {
    FieldTexts& texts = by_field_[item.field];
    Counts& own = counts[item.field];
    for (const sigma::ItemValue& value : item.values) {
      if (const auto* pattern = std::get_if<sigma::TextPattern>(&value.value)) {
        add_pattern(*pattern, texts, own);
        add_pattern(*pattern, all_, all_counts);
      } else if (const auto* any = std::get_if<sigma::AnyTextPattern>(&value.value)) {
        for (const sigma::TextPattern& one : any->patterns) add_pattern(one, texts, own);
      } else if (const auto* regex = std::get_if<sigma::RegexPattern>(&value.value)) {
        add_regex(*regex, texts);
        add_regex(*regex, all_);
      } else if (const auto* reference = std::get_if<sigma::FieldReference>(&value.value)) {
        references_.emplace_back(item.field, reference->field);
      }
    }
  };
  for (const sigma::DetectionRule& rule : rules)
    for (const sigma::Selection& selection : rule.selections) visit_items(selection.detection, take);
  finish(all_, all_counts);
  for (auto& [field, texts] : by_field_) {
    finish(texts, counts[field]);
    if (!field.empty()) fields_.push_back(field);
  }
  std::stable_sort(fields_.begin(), fields_.end(), [&](const std::string& a, const std::string& b) {
    return by_field_[a].literals.size() > by_field_[b].literals.size();
  });
}

const FieldTexts& RuleTexts::of(std::string_view field) const {
  const auto found = by_field_.find(field);
  return found == by_field_.end() || found->second.literals.empty() ? all_ : found->second;
}

}  // namespace sigrun::bench
