#include "sigma/pipeline/python_regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<re2::StringPiece> submatches(const RE2& regex) {
  return std::vector<re2::StringPiece>(static_cast<size_t>(regex.NumberOfCapturingGroups()) + 1);
}

}  // namespace

std::optional<PythonRegex> PythonRegex::compile(const std::string& pattern, const Limits& limits,
                                                std::string& problem) {
  if (pattern.size() > limits.regex_bytes) {
    problem = fmt::format("the regular expression has {} bytes; at most {} are taken", pattern.size(),
                          limits.regex_bytes);
    return {};
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits.regex_memory);
  auto compiled = std::make_shared<const RE2>(pattern, options);
  if (!compiled->ok()) {
    problem = fmt::format(
        "the regular expression does not compile: {} (RE2 has no lookaround and no backreferences)",
        compiled->error());
    return {};
  }
  PythonRegex regex;
  regex.compiled_ = std::move(compiled);
  return regex;
}

bool PythonRegex::matches_start(std::string_view text) const {
  return compiled_->Match({text.data(), text.size()}, 0, text.size(), RE2::ANCHOR_START, nullptr, 0);
}

bool PythonRegex::has_named_groups() const { return !compiled_->NamedCapturingGroups().empty(); }

std::optional<std::vector<std::pair<std::string, std::string>>> PythonRegex::named_groups_at_start(
    std::string_view text) const {
  auto groups = submatches(*compiled_);
  if (!compiled_->Match({text.data(), text.size()}, 0, text.size(), RE2::ANCHOR_START, groups.data(),
                        static_cast<int>(groups.size())))
    return {};
  std::vector<std::pair<std::string, std::string>> named;
  for (const auto& [index, name] : compiled_->CapturingGroupNames()) {
    const re2::StringPiece& group = groups[static_cast<size_t>(index)];
    if (group.data()) named.emplace_back(name, std::string(group.data(), group.size()));
  }
  return named;
}

std::vector<PythonRegex::Match> PythonRegex::find_all(std::string_view text) const {
  std::vector<Match> matches;
  auto groups = submatches(*compiled_);
  size_t at = 0;
  while (at <= text.size() && compiled_->Match({text.data(), text.size()}, at, text.size(), RE2::UNANCHORED,
                                               groups.data(), static_cast<int>(groups.size()))) {
    Match match;
    match.begin = static_cast<size_t>(groups[0].data() - text.data());
    match.end = match.begin + groups[0].size();
    for (const re2::StringPiece& group : groups)
      match.groups.push_back(group.data() ? std::string_view(group.data(), group.size())
                                          : std::string_view());
    at = match.end;
    // After an empty match the search goes on one character later; that character stays in the text.
    if (match.begin == match.end)
      at += at < text.size() ? utf8_length(static_cast<unsigned char>(text[at])) : 1;
    matches.push_back(std::move(match));
  }
  return matches;
}

std::optional<PythonRegex::Replacement> PythonRegex::parse_replacement(std::string_view text,
                                                                       std::string& problem) const {
  Replacement replacement;
  std::string literal;
  auto add_group = [&](int group) {
    if (group > compiled_->NumberOfCapturingGroups()) {
      problem = fmt::format("the replacement names group {}, but the expression has {}", group,
                            compiled_->NumberOfCapturingGroups());
      return false;
    }
    if (!literal.empty()) replacement.pieces_.push_back({std::exchange(literal, {}), -1});
    replacement.pieces_.push_back({{}, group});
    return true;
  };
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      literal += text[at];
      continue;
    }
    if (++at == text.size()) {
      problem = "the replacement ends in a lone backslash; write \\\\ for a backslash";
      return {};
    }
    char c = text[at];
    if (is_digit(c) && c != '0') {
      int group = c - '0';
      if (at + 1 < text.size() && is_digit(text[at + 1])) group = group * 10 + (text[++at] - '0');
      if (!add_group(group)) return {};
    } else if (c == 'g' && at + 1 < text.size() && text[at + 1] == '<') {
      size_t end = text.find('>', at);
      std::string name(text.substr(at + 2, end == text.npos ? 0 : end - at - 2));
      int group = -1;
      if (!name.empty() && name.size() < 4 && name.find_first_not_of("0123456789") == name.npos) {
        group = std::stoi(name);
      } else if (auto found = compiled_->NamedCapturingGroups().find(name);
                 found != compiled_->NamedCapturingGroups().end()) {
        group = found->second;
      }
      if (group < 0) {
        problem =
            fmt::format("the replacement names the group '{}', which the expression does not have", name);
        return {};
      }
      if (!add_group(group)) return {};
      at = end;
    } else if (constexpr std::string_view escapes = "abfnrtv"; escapes.find(c) != escapes.npos) {
      literal += "\a\b\f\n\r\t\v"[escapes.find(c)];
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '0') {
      problem = fmt::format("the replacement has the unknown escape \\{}; write \\\\ for a backslash", c);
      return {};
    } else {
      if (c != '\\') literal += '\\';  // an escape of anything but a letter stays as it stands
      literal += c;
    }
  }
  if (!literal.empty()) replacement.pieces_.push_back({std::move(literal), -1});
  return replacement;
}

std::string PythonRegex::Replacement::expand(const Match& match) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (piece.group < 0)
      out += piece.text;
    else
      out += match.groups[static_cast<size_t>(piece.group)];
  }
  return out;
}

std::string PythonRegex::replace_all(std::string_view text, const Replacement& replacement) const {
  std::string out;
  size_t at = 0;
  for (const Match& match : find_all(text)) {
    out += text.substr(at, match.begin - at);
    out += replacement.expand(match);
    at = match.end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace sigrun::sigma
