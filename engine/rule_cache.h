// What rule files said when they were loaded last: a folder that is loaded again is parsed only where it has changed.
//
// Every file is read all the same and recognised by its bytes: sizes and times of files may stay what they were while the bytes
// change, and reading takes a tenth of the time that parsing does. Nothing else is remembered: linking, pipelines, selection
// and the plan are done anew with each load, and the result is that of a load without a cache.
//
// Belongs to whoever loads, who passes it to Engine::load each time; it then holds the files of that load, in about the memory
// of their rules. Threads: one load at a time; find() by any number of threads while nobody calls keep_only().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule_reader.h"
#include "support/diagnostic.h"
#include "support/limits.h"

namespace sigrun {

class RuleCache {
 public:
  // What reading a file gave, in full.
  struct File {
    uint64_t text_hash = 0;
    size_t text_size = 0;
    sigma::RuleFile rules;
    std::vector<Diagnostic> diagnostics;
  };
  using Files = std::map<std::string, std::shared_ptr<const File>, std::less<>>;  // by path

  // Null where the file was not there, said something else, or was read under other limits.
  std::shared_ptr<const File> find(const std::string& path, std::string_view text,
                                   const Limits& limits) const;
  // What `rules` and `diagnostics` came from `text`, for keep_only().
  static std::shared_ptr<const File> remember(std::string_view text, const sigma::RuleFile& rules,
                                              const std::vector<Diagnostic>& diagnostics);
  void keep_only(Files files, const Limits& limits);
  // The file as it was read last, whatever it says by now; null: it was not there.
  std::shared_ptr<const File> last(const std::string& path) const;

 private:
  Files files_;
  Limits limits_;  // that they were read under
};

}  // namespace sigrun
