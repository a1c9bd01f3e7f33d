// Writes a YAML tree so that parse_yaml reads the same tree again: block style, every text in double quotes.
//
// What the tree does not keep is lost: comments, and how texts were quoted. Pure.
#pragma once

#include <span>
#include <string>

#include "sigma/yaml.h"

namespace sigrun::bench {

std::string write_yaml(std::span<const sigma::YamlNode> documents);

}  // namespace sigrun::bench
