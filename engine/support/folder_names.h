// The names in a folder, for rules, tables and alerts that a program loads while it runs: when memory runs out this throws bad_alloc, where std::filesystem's
// iterators, being noexcept inside, end the process.
//
// Threads: any. Links are not followed, nor is anything asked of what the names are of.
#pragma once

#include <string>
#include <system_error>
#include <vector>

namespace sigrun {

// Sorted, without "." and "..". False: `error` says why the folder cannot be read, and `names` is empty.
bool folder_names(const std::string& folder, std::vector<std::string>& names, std::error_code& error);

}  // namespace sigrun
