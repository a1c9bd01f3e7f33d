// Some of a collection's rules, so that more and fewer rules can be compared.
//
// Collections keep rules of one kind in one folder: the first thousand files would be cloud rules. So of all
// files, in the order in which they are found, one is taken at even distances: file i × all / wanted for i =
// 0, 1, …. Pure but for reading folders.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sigrun::bench {

// Files of the paths, `wanted` of them or all where there are fewer. Empty with `problem` set where a path
// cannot be read.
std::vector<std::string> spread_rule_files(const std::vector<std::string>& paths, size_t wanted,
                                           std::string& problem);

}  // namespace sigrun::bench
