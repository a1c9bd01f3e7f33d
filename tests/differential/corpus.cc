#include "differential/corpus.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "differential/random.h"
#include "event/byte_source.h"
#include "event/event_reader.h"

namespace sigrun::differential {

std::optional<std::string> corpus_folder(std::string_view test) {
  const char* named = std::getenv("SIGRUN_CORPUS");
  std::string folder = named && *named ? named : "../shared/corpus";
  std::error_code ignored;
  if (std::filesystem::is_directory(folder + "/events", ignored)) return folder;
  std::cerr << "SKIPPED: " << test << ": no corpus at " << folder << " (SIGRUN_CORPUS)\n";
  return {};
}

std::vector<std::string> files_below(const std::string& folder, std::string_view ending) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().string().ends_with(ending)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string for_each_event(const std::string& path, const std::vector<std::string>& envelopes, const std::function<void(std::string_view)>& visit) {
  std::string error;
  auto source = open_byte_source(path, error);
  if (!source) return error;
  Limits limits;
  EventReader reader(*source, envelopes, limits);
  EventBatch batch;
  while (reader.next(batch))
    for (const EventSpan& span : batch.events) visit(batch.event(span));
  return reader.error();
}

// Reservoir sampling.
std::vector<std::string> sample_events(const std::string& path, const std::vector<std::string>& envelopes, size_t count, uint64_t seed) {
  std::vector<std::string> sample;
  Random random(seed);
  size_t seen = 0;
  for_each_event(path, envelopes, [&](std::string_view event) {
    ++seen;
    if (sample.size() < count) {
      sample.emplace_back(event);
    } else if (size_t place = random.below(seen); place < count) {
      sample[place] = event;
    }
  });
  return sample;
}

}  // namespace sigrun::differential
