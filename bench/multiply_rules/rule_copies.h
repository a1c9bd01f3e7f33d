// Copies of rule files that ask for other texts: what a collection many times as large would look like.
//
// In each copy every literal of every detection differs in one inner character (literal_variation.h); so do
// titles, ids and names. What correlations and filters refer to is the copy's own. Field names, modifiers,
// conditions, numbers, networks, field references and log sources stay; a rule's own tests go, for they would
// no longer hold.
//
// Order of calls: learn() for every file, then write() for each of them and each copy. Threads: one.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "sigma/yaml.h"

namespace sigrun::bench {

struct CopyCounts {
  size_t changed = 0, kept = 0;  // literals
};

class RuleCopies {
 public:
  // Ids and names that may be referred to.
  void learn(const std::vector<sigma::YamlNode>& documents);
  // Copy number `copy` (from 1) of a file, as YAML.
  std::string write(std::vector<sigma::YamlNode> documents, unsigned copy, CopyCounts& counts) const;

 private:
  void change_document(sigma::YamlNode& document, unsigned copy, CopyCounts& counts) const;
  void change_references(sigma::YamlNode& block, unsigned copy) const;

  std::set<std::string> known_;
};

}  // namespace sigrun::bench
