#include "match/regex_literals.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <numeric>

#include "support/utf8.h"

namespace sigrun {
namespace {

constexpr int shortest_atom = 2;
// Finding out which atoms are necessary takes time in the square of their number.
constexpr size_t most_examined = 256;

}  // namespace

std::vector<std::string> required_literals(const RE2& regex) {
  re2::FilteredRE2 filter(shortest_atom);
  RE2::Options options;
  options.Copy(regex.options());
  int id = 0;
  if (filter.Add(regex.pattern(), options, &id) != RE2::NoError) return {};
  std::vector<std::string> atoms;
  filter.Compile(&atoms);

  // Whether the expression may match a text that has all atoms but these.
  std::vector<bool> required(atoms.size(), true);
  auto may_match_without_required = [&] {
    std::vector<int> others, potential;
    for (size_t i = 0; i < atoms.size(); ++i)
      if (!required[i]) others.push_back(static_cast<int>(i));
    filter.AllPotentials(others, &potential);
    return !potential.empty();
  };
  if (atoms.empty() || may_match_without_required()) return {};

  std::vector<size_t> by_length(atoms.size());
  std::iota(by_length.begin(), by_length.end(), size_t{0});
  std::stable_sort(by_length.begin(), by_length.end(),
                   [&](size_t a, size_t b) { return atoms[a].size() < atoms[b].size(); });
  if (atoms.size() <= most_examined)
    for (size_t i : by_length) {
      required[i] = false;
      if (may_match_without_required()) required[i] = true;
    }

  std::vector<std::string> literals;
  for (size_t i = 0; i < atoms.size(); ++i) {
    if (!required[i]) continue;
    // RE2 and this project may fold letters beyond ASCII differently.
    if (!is_ascii(atoms[i])) return {};
    literals.push_back(fold(atoms[i]));
  }
  return literals;
}

}  // namespace sigrun
