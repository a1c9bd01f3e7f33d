// The public rules and events that larger tests use where they are present ($SIGRUN_CORPUS, else ../shared/corpus).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun::differential {

// Empty after a SKIPPED line that names the test: the corpus is not there.
std::optional<std::string> corpus_folder(std::string_view test);

// The files below `folder` whose names end in `ending`, sorted.
std::vector<std::string> files_below(const std::string& folder, std::string_view ending);
std::string read_text(const std::string& path);

// Every event of a file, in order; `envelopes` as of EventReader. Returns why reading ended early, or nothing.
std::string for_each_event(const std::string& path, const std::vector<std::string>& envelopes, const std::function<void(std::string_view)>& visit);

// `count` events of the file, the same for the same seed; all when it has no more.
std::vector<std::string> sample_events(const std::string& path, const std::vector<std::string>& envelopes, size_t count, uint64_t seed);

}  // namespace sigrun::differential
