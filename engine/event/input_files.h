// Resolves what a person names on the command line into the list of files to read: files, folders
// (recursive), globs, "-".
//
// Folders contribute *.json, *.ndjson, *.jsonl, *.log and the same with .gz, .zst or .zstd; hidden files are
// left out; a file named outright (or by a glob) is taken whatever its name. Sorted by bytes within each
// argument, no file twice, links resolved; linked folders inside of folders are not entered, and said to be.
// Threads: any. Opens no file (byte_source.h does).
#pragma once

#include <string>
#include <vector>

namespace sigrun {

struct InputFiles {
  std::vector<std::string> paths;
  std::vector<std::string> errors;   // unreadable, empty folder, glob without a match: "path: what is wrong"
  std::vector<std::string> skipped;  // files of a folder whose names say they are no event files
  // Linked folders, links to nothing, pipes and sockets inside of a folder: "path: what it is".
  std::vector<std::string> not_followed;
};

InputFiles find_input_files(const std::vector<std::string>& arguments);

}  // namespace sigrun
