#include "sigma/boolean_expression.h"

#include <fmt/format.h>

#include <algorithm>

namespace sigrun::sigma {
namespace {

bool is_name_character(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.' || c == '*' || byte >= 0x80;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What to write instead of the aggregations of Sigma 1.
std::string aggregation_hint(std::string_view tail) {
  auto type = [&]() -> std::string_view {
    if (tail.find("near") != tail.npos) return "temporal";
    if (tail.find("sum") != tail.npos) return "value_sum";
    if (tail.find("avg") != tail.npos) return "value_avg";
    if (tail.find("count()") != tail.npos || tail.find("count") == tail.npos) return "event_count";
    return "value_count";
  };
  return fmt::format(
      "'| …' aggregations are no longer part of conditions; write a correlation rule of type {} that names "
      "this rule",
      type());
}

class Parser {
 public:
  Parser(std::string_view text, const BooleanGrammar& grammar, const Limits& limits, std::string& problem,
         size_t& problem_at)
      : text_(text), grammar_(grammar), limits_(limits), problem_(problem), problem_at_(problem_at) {
    advance();
  }

  std::optional<BooleanExpression> parse() {
    auto expression = parse_or(0);
    if (!expression || !problem_.empty()) return {};
    if (!token_.empty()) {
      if (token_ == ")")
        fail("a closing parenthesis without an opening one");
      else
        fail(fmt::format("'{}' follows where 'and', 'or' or the end was expected{}", token_, case_hint()));
      return {};
    }
    return expression;
  }

 private:
  using Kind = BooleanExpression::Kind;

  // At the token.
  void fail(std::string message) { fail(std::move(message), token_at_); }
  void fail(std::string message, size_t at) {
    if (problem_.empty()) problem_ = std::move(message), problem_at_ = at;
  }

  std::string case_hint() const {
    std::string lower(token_);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return static_cast<char>(c | 0x20); });
    bool keyword = lower == "and" || lower == "or" || lower == "not" || lower == "of";
    return keyword ? fmt::format("; operators are lower case: write '{}'", lower) : "";
  }

  // The next token: a parenthesis, a run of name characters, or empty at the end.
  void advance() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
    size_t begin = at_;
    token_at_ = begin;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    if (text_[at_] == '(' || text_[at_] == ')') {
      ++at_;
    } else if (text_[at_] == '|') {
      fail(aggregation_hint(text_.substr(at_)));
      at_ = text_.size();
      token_ = {};
      return;
    } else {
      while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
      if (at_ == begin) {
        fail(fmt::format("the character '{}' has no meaning in a condition", text_[at_]));
        at_ = text_.size();
        token_ = {};
        return;
      }
    }
    token_ = text_.substr(begin, at_ - begin);
  }

  bool is_operator(std::string_view name) const {
    if (token_ == name) return true;
    if (!grammar_.upper_case_operators) return false;
    return std::equal(token_.begin(), token_.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == (b & ~0x20); });
  }

  bool next_is_of() const {
    std::string_view rest = text_.substr(at_);
    size_t begin = rest.find_first_not_of(" \t\r\n");
    if (begin == rest.npos || !rest.substr(begin).starts_with("of")) return false;
    return begin > 0 && (begin + 2 == rest.size() || !is_name_character(rest[begin + 2]));
  }

  std::optional<BooleanExpression> parse_list(size_t depth, std::string_view word, Kind kind) {
    auto operand = [&] {
      return kind == Kind::any_of ? parse_list(depth, "and", Kind::all_of) : parse_unary(depth);
    };
    auto first = operand();
    if (!first || !is_operator(word)) return first;
    BooleanExpression list;
    list.kind = kind;
    list.children.push_back(std::move(*first));
    while (is_operator(word)) {
      advance();
      auto next = operand();
      if (!next) return {};
      list.children.push_back(std::move(*next));
    }
    return list;
  }

  std::optional<BooleanExpression> parse_or(size_t depth) { return parse_list(depth, "or", Kind::any_of); }

  std::optional<BooleanExpression> parse_unary(size_t depth) {
    if (depth > limits_.condition_depth) {
      fail(fmt::format("nested deeper than {} levels", limits_.condition_depth));
      return {};
    }
    if (is_operator("not")) {
      advance();
      auto operand = parse_unary(depth + 1);
      if (!operand) return {};
      BooleanExpression negation;
      negation.kind = Kind::negation;
      negation.children.push_back(std::move(*operand));
      return negation;
    }
    return parse_primary(depth);
  }

  std::optional<BooleanExpression> parse_primary(size_t depth) {
    if (token_.empty()) {
      fail("a name is missing at the end");
      return {};
    }
    if (token_ == "(") {
      const size_t opened = token_at_;
      advance();
      auto inner = parse_or(depth + 1);
      if (!inner) return {};
      if (token_ != ")") {
        fail("an opening parenthesis is never closed", opened);
        return {};
      }
      advance();
      return inner;
    }
    if (token_ == ")" || is_operator("and") || is_operator("or") ||
        (grammar_.quantifiers && token_ == "of")) {
      fail(fmt::format("'{}' stands where a name was expected", token_));
      return {};
    }
    BooleanExpression expression;
    expression.at = token_at_;
    if (!grammar_.quantifiers && next_is_of() && (token_ == "all" || token_ == "any" || is_number(token_))) {
      fail(fmt::format("'{} of' has no meaning here; {}", token_, grammar_.instead_of_quantifiers));
      return {};
    }
    if (grammar_.quantifiers && next_is_of() && (token_ == "all" || token_ == "any" || is_number(token_))) {
      expression.kind = Kind::quantified;
      expression.count = token_;
      advance();
      advance();
      if (token_.empty() || token_ == "(" || token_ == ")") {
        fail(fmt::format("'{} of' needs 'them' or a pattern such as selection_*", expression.count));
        return {};
      }
      expression.name = token_;
      advance();
      return expression;
    }
    if (token_.find('*') != token_.npos) {
      fail(grammar_.quantifiers
               ? fmt::format("a pattern needs a quantifier: write '1 of {}' or 'all of {}'", token_, token_)
               : fmt::format("the pattern '{}' has no meaning here; {}", token_,
                             grammar_.instead_of_quantifiers));
      return {};
    }
    expression.name = token_;
    advance();
    return expression;
  }

  std::string_view text_;
  const BooleanGrammar& grammar_;
  const Limits& limits_;
  std::string& problem_;
  size_t& problem_at_;
  size_t at_ = 0, token_at_ = 0;
  std::string_view token_;
};

}  // namespace

std::optional<BooleanExpression> parse_boolean_expression(std::string_view text,
                                                          const BooleanGrammar& grammar, const Limits& limits,
                                                          std::string& problem, size_t& problem_at) {
  problem.clear();
  problem_at = 0;
  if (text.size() > limits.condition_bytes) {
    problem =
        fmt::format("the condition has {} bytes; at most {} are read", text.size(), limits.condition_bytes);
    return {};
  }
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    problem = "the condition is empty";
    return {};
  }
  auto expression = Parser(text, grammar, limits, problem, problem_at).parse();
  if (!problem.empty()) return {};
  return expression;
}

std::optional<BooleanExpression> parse_boolean_expression(std::string_view text,
                                                          const BooleanGrammar& grammar, const Limits& limits,
                                                          std::string& problem) {
  size_t problem_at = 0;
  return parse_boolean_expression(text, grammar, limits, problem, problem_at);
}

}  // namespace sigrun::sigma
