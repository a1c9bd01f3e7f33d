#include "plan/compiled_regex.h"

#include <re2/filtered_re2.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "support/text_search.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

// Finding out which atoms are necessary takes time in the square of their number.
constexpr size_t most_examined = 256;
// Of bytes side by side, to be looked for before the expression is run.
constexpr size_t shortest_run = 8;

class Prefilter {
 public:
  Prefilter(const RE2& regex, int shortest_atom) : filter_(shortest_atom) {
    RE2::Options options;
    options.Copy(regex.options());
    int id = 0;
    if (filter_.Add(regex.pattern(), options, &id) != RE2::NoError) return;
    filter_.Compile(&atoms_);
  }

  std::vector<CompiledRegex::Clause> clauses() const {
    std::vector<CompiledRegex::Clause> all;
    std::vector<size_t> left(atoms_.size());
    for (size_t i = 0; i < left.size(); ++i) left[i] = i;
    if (left.size() > most_examined) return all;
    // Shorter atoms go first where some are superfluous.
    std::stable_sort(left.begin(), left.end(),
                     [&](size_t a, size_t b) { return atoms_[a].size() < atoms_[b].size(); });
    while (!left.empty() && !may_match_without(left)) {
      std::vector<size_t> needed = left;
      for (size_t atom : left) {
        std::vector<size_t> fewer = needed;
        std::erase(fewer, atom);
        if (!may_match_without(fewer)) needed = std::move(fewer);
      }
      CompiledRegex::Clause clause;
      bool ascii = true;
      for (size_t atom : needed) {
        ascii = ascii && is_ascii(atoms_[atom]);
        clause.push_back(fold(atoms_[atom]));
        std::erase(left, atom);
      }
      // RE2 and this project may fold letters beyond ASCII differently.
      if (ascii) all.push_back(std::move(clause));
    }
    return all;
  }

 private:
  // Whether the expression may match a text that has every atom but these.
  bool may_match_without(const std::vector<size_t>& absent) const {
    std::vector<int> present, potential;
    for (size_t i = 0; i < atoms_.size(); ++i)
      if (std::find(absent.begin(), absent.end(), i) == absent.end()) present.push_back(static_cast<int>(i));
    filter_.AllPotentials(present, &potential);
    return !potential.empty();
  }

  re2::FilteredRE2 filter_;
  std::vector<std::string> atoms_;
};

// Single bytes are told by few texts only if they are neither letters, digits nor blanks, and one of them is required.
bool is_rare_byte(const CompiledRegex::Clause& clause) {
  const auto byte = static_cast<unsigned char>(clause.front().front());
  return clause.size() == 1 && clause.front().size() == 1 && std::ispunct(byte);
}

std::vector<CompiledRegex::Clause> necessary_clauses(const RE2& regex) {
  std::vector<CompiledRegex::Clause> clauses = Prefilter(regex, 2).clauses();
  if (!clauses.empty()) return clauses;
  clauses = Prefilter(regex, 1).clauses();
  std::erase_if(clauses, [](const CompiledRegex::Clause& clause) { return !is_rare_byte(clause); });
  return clauses;
}

// N of `.{N,}` or `.{N}`, in groups without flags or not.
std::optional<size_t> asked_line_length(std::string_view pattern) {
  while (pattern.starts_with("(?:") && pattern.ends_with(')'))
    pattern = pattern.substr(3, pattern.size() - 4);
  if (!pattern.starts_with(".{") || !pattern.ends_with('}')) return {};
  pattern = pattern.substr(2, pattern.size() - 3);
  if (pattern.ends_with(',')) pattern.remove_suffix(1);
  size_t length = 0;
  auto [end, error] = std::from_chars(pattern.data(), pattern.data() + pattern.size(), length);
  if (error != std::errc() || end != pattern.data() + pattern.size()) return {};
  return length;
}

bool has_line_of(std::string_view text, size_t length) {
  size_t run = 0;
  for (char c : text) {
    if (run >= length) return true;
    if (c == '\n')
      run = 0;
    else
      run += (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // continuation bytes do not count
  }
  return run >= length;
}

}  // namespace

CompiledRegex::CompiledRegex(const std::string& pattern, const RE2::Options& options)
    : regex(pattern, options) {
  if (!regex.ok()) return;
  clauses = necessary_clauses(regex);
  least = least_match(pattern, options.case_sensitive());
  // Short ones are in many texts.
  if (least.run.length < shortest_run) least.run = {};
  if (!options.dot_nl()) line_length = asked_line_length(pattern);
}

bool CompiledRegex::matches(std::string_view text, std::string_view folded) const {
  if (text.size() < least.length) return false;
  for (const Clause& clause : clauses)
    if (std::none_of(clause.begin(), clause.end(),
                     [&](const std::string& literal) { return has_text(folded, literal); }))
      return false;
  if (least.run.length > 0 && !least.run.is_in(text)) return false;
  if (line_length) return has_line_of(text, *line_length);
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

}  // namespace sigrun
