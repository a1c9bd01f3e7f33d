#include "correlate/rule_fingerprint.h"

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

// Everything that matching depends on, each part told apart from the next.
class Writer {
 public:
  std::string write(const sigma::DetectionRule& rule) {
    add(rule.logsource.product), add(rule.logsource.category), add(rule.logsource.service);
    add(rule, rule.condition);
    return std::move(out_);
  }

 private:
  void add(std::string_view text) { append_text(out_, text); }
  template <class Number>
  void number(Number value) {
    append_bytes(out_, static_cast<uint64_t>(value));
  }

  void add(const sigma::DetectionRule& rule, const sigma::Condition& condition) {
    using Kind = sigma::Condition::Kind;
    number(condition.kind);
    number(condition.children.size());
    for (const sigma::Condition& child : condition.children) add(rule, child);
    if (condition.kind == Kind::selection) add(rule.selections[condition.selection].detection);
    if (condition.kind != Kind::at_least) return;
    number(condition.threshold);
    number(condition.selections.size());
    for (size_t selection : condition.selections) add(rule.selections[selection].detection);
  }

  void add(const sigma::Detection& detection) {
    number(detection.kind);
    number(detection.children.size());
    for (const sigma::Detection& child : detection.children) add(child);
    if (!detection.item) return;
    const sigma::DetectionItem& item = *detection.item;
    add(item.field);
    for (bool flag : {item.keyword, item.literal_field, item.match_all, item.negated}) number(flag);
    number(item.values.size());
    for (const sigma::ItemValue& value : item.values) {
      number(value.value.index());
      std::visit([&](const auto& of) { add(of); }, value.value);
    }
  }

  void add(const sigma::TextPattern& pattern) {
    number(pattern.cased);
    number(pattern.parts.size());
    for (const sigma::TextPart& part : pattern.parts) number(part.kind), add(part.text);
  }
  void add(const sigma::AnyTextPattern& any) {
    number(any.patterns.size());
    for (const sigma::TextPattern& pattern : any.patterns) add(pattern);
  }
  void add(const sigma::RegexPattern& regex) { add(regex.to_re2()); }
  void add(const sigma::NumberEquals& equals) { add(equals.number.canonical()), add(equals.written); }
  void add(const sigma::BoolEquals& equals) { number(equals.truth); }
  void add(const sigma::IsNull&) {}
  void add(const sigma::Exists& exists) { number(exists.present); }
  void add(const sigma::NumberCompare& compare) { number(compare.order), add(compare.bound.canonical()); }
  void add(const sigma::TimePartCompare& compare) {
    number(compare.part), number(compare.order), add(compare.bound.canonical());
  }
  void add(const sigma::CidrBlock& block) {
    number(block.v6);
    for (uint8_t byte : block.address) number(byte);
    number(block.prefix);
  }
  void add(const sigma::FieldReference& reference) {
    add(reference.field);
    number(reference.mode), number(reference.cased), number(reference.literal_field);
  }

  std::string out_;
};

}  // namespace

Identity fingerprint_of(const sigma::DetectionRule& rule) {
  return make_identity("rule", {Writer().write(rule)});
}

}  // namespace sigrun
