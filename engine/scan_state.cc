#include "scan_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "correlation_state.h"
#include "event/byte_source.h"
#include "event/timestamp.h"
#include "support/saved_bytes.h"
#include "support/seeded_hash.h"

namespace sigrun {
namespace {

constexpr uint32_t inputs_section = 1, told_section = 5;  // beside CorrelationSection

constexpr size_t prefix_wanted = 1024;
// Shards that go into a snapshot with each chunk, beside those that the chunk touches.
constexpr size_t shards_for_each_chunk = 16;

bool has_a_place_to_return_to(const std::string& input) {
  std::error_code none;
  return std::filesystem::is_regular_file(input, none);
}

// The first bytes of an input, decompressed; fewer where it has no more.
std::string beginning_of(const std::string& input, size_t bytes) {
  std::string error, text(bytes, '\0');
  const auto source = open_byte_source(input, error);
  if (!source) return {};
  size_t size = 0;
  while (size < bytes) {
    const size_t got = source->read(text.data() + size, bytes - size);
    if (got == 0) break;
    size += got;
  }
  text.resize(size);
  return text;
}

bool is_compressed(const std::string& input) {
  std::ifstream file(input, std::ios::binary);
  char magic[4] = {};
  file.read(magic, sizeof magic);
  const std::string_view bytes(magic, sizeof magic);
  return bytes.starts_with("\x1f\x8b") || bytes == "\x28\xb5\x2f\xfd";
}

bool begins_as(const InputPosition& known, const std::string& input) {
  std::error_code none;
  // One that became shorter was written anew.
  if (std::filesystem::file_size(input, none) < known.offset && !is_compressed(input)) return false;
  const std::string beginning = beginning_of(input, known.prefix_bytes);
  return beginning.size() == known.prefix_bytes && hash_with_seed(beginning, 0) == known.prefix_hash;
}

bool read_inputs(std::string_view saved, std::vector<InputPosition>& known) {
  while (!saved.empty()) {
    InputPosition position;
    std::string_view name;
    if (!take_text(saved, name) || !take_bytes(saved, position.offset) || !take_bytes(saved, position.line) ||
        !take_bytes(saved, position.prefix_bytes) || !take_bytes(saved, position.prefix_hash) ||
        position.prefix_bytes > prefix_wanted)
      return false;
    position.name = name;
    known.push_back(std::move(position));
  }
  return true;
}

}  // namespace

bool restore_state(std::span<const StateSection> sections, CorrelationStage& stage, int64_t now,
                   std::vector<InputPosition>& known, std::vector<CorrelationChange>& changes) {
  size_t inputs = 0, told = 0;
  bool sound = true;
  for (const StateSection& section : sections) {
    if (section.kind == inputs_section) sound = sound && ++inputs == 1 && read_inputs(section.bytes, known);
    if (section.kind == told_section) sound = sound && ++told == 1 && stage.restore_told(section.bytes);
  }
  if (sound && inputs == 1 && told == 1 && restore_correlations(sections, stage, InputKind::file, now, changes)) return true;
  stage.forget();
  known.clear();
  return false;
}

ScanState::ScanState(const ScanStateOptions& options, const Limits& limits,
                     const std::vector<std::string>& inputs, const ScanObserver& observer)
    : options_(options),
      most_bytes_(limits.state_file_bytes),
      inputs_(inputs),
      observer_(observer),
      path_((std::filesystem::path(options.folder) / "sigrun.state").string()),
      positions_(inputs.size()),
      open_(inputs.size()) {
  for (size_t i = 0; i < inputs.size(); ++i) positions_[i].name = inputs[i];
  std::error_code problem;
  std::filesystem::create_directories(options.folder, problem);
  if (problem) fail(fmt::format("{}: {}", options.folder, problem.message()));
  if (!lock()) return;
  file_ = read_state_file(path_, most_bytes_);
  if (!file_.problem.empty())
    fail(fmt::format("{}: {}{}; the scan begins without it", path_, file_.problem,
                     file_.set_aside.empty() ? "" : " (kept as " + file_.set_aside + ")"));
  next_ = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                 std::chrono::duration<double>(options.snapshot_seconds));
}

ScanState::~ScanState() {
  if (lock_ >= 0) ::close(lock_);
}

// One process at a time. False: it is another one, and nothing is read or written here.
bool ScanState::lock() {
  const std::string path = (std::filesystem::path(options_.folder) / "lock").string();
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  is_ours_ = lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) == 0;  // where nothing can be written, that is said later
  if (!is_ours_)
    fail(fmt::format("{}: another process uses this state folder; this scan begins without a state and keeps none",
                     options_.folder));
  return is_ours_;
}

void ScanState::tell(const std::string& message) const {
  if (observer_.state) observer_.state(message);
}

void ScanState::fail(const std::string& message) {
  failed_ = true;
  tell(message);
}

std::optional<uint64_t> ScanState::seed() const { return seed_of(file_.sections); }

std::string ScanState::save_inputs() const {
  std::string out;
  auto add = [&](const InputPosition& position) {
    append_text(out, position.name);
    append_bytes(out, position.offset);
    append_bytes(out, position.line);
    append_bytes(out, position.prefix_bytes);
    append_bytes(out, position.prefix_hash);
  };
  for (const InputPosition& position : positions_)
    if (position.offset > 0) add(position);
  // Of files that this scan was not told of: another one may be.
  for (const InputPosition& known : known_)
    if (std::find(inputs_.begin(), inputs_.end(), known.name) == inputs_.end()) add(known);
  return out;
}

void ScanState::restore(CorrelationStage& stage) {
  if (file_.sections.empty()) return;
  std::vector<CorrelationChange> changes;
  const bool sound = restore_state(file_.sections, stage, options_.started, known_, changes);
  file_ = {};
  if (!sound) {
    const std::string aside = set_aside_state_file(path_);
    return fail(fmt::format("{}: parts of it make no sense{}; the scan begins without it", path_,
                            aside.empty() ? "" : " (kept as " + aside + ")"));
  }
  size_t resumed = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const auto known = std::find_if(known_.begin(), known_.end(), [&](const InputPosition& position) {
      return position.name == inputs_[i];
    });
    if (known == known_.end() || !has_a_place_to_return_to(inputs_[i])) continue;
    if (!begins_as(*known, inputs_[i])) {
      tell(fmt::format("{}: is another file than when the state was written, and is read from the front",
                       inputs_[i]));
      continue;
    }
    positions_[i] = *known;
    ++resumed;
  }
  tell(fmt::format("going on with the state of {}{}", path_,
                   resumed > 0
                       ? fmt::format(": {} of {} inputs from where they were left", resumed, inputs_.size())
                       : std::string()));
  if (const uint64_t held = stage.held_of_gone_rules())
    tell(
        fmt::format("{} matches of rules that are gone were waiting for their time, and are left out", held));
  tell_of(changes);
}

void ScanState::tell_of(const std::vector<CorrelationChange>& changes) const {
  for (const std::string& text : texts_of(changes)) tell(text);
}

void ScanState::delivered(size_t input, const Chunk& chunk, CorrelationStage& stage) {
  if (!is_ours_) return;
  InputPosition& position = positions_[input];
  open_[input] = !chunk.resumable && !chunk.at_end;
  if (!open_[input]) {
    position.offset = chunk.offset + chunk.size;
    position.line = chunk.next_line;
  }
  // Its writer was not done: the next scan reads the line from its beginning.
  if (chunk.batch.unfinished) {
    position.offset = chunk.batch.unfinished->offset;
    position.line = chunk.batch.unfinished->line;
  }
  if (writer_) return go_on_with_snapshot(stage, shards_for_each_chunk);
  if (resumable() && std::chrono::steady_clock::now() >= next_) begin_snapshot(stage);
}

void ScanState::begin_snapshot(CorrelationStage& stage) {
  start_snapshot(stage);
  go_on_with_snapshot(stage, shards_for_each_chunk);
}

void ScanState::start_snapshot(CorrelationStage& stage) {
  next_ = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                 std::chrono::duration<double>(options_.snapshot_seconds));
  for (InputPosition& position : positions_) {
    if (position.offset == 0 || position.prefix_bytes > 0 || !has_a_place_to_return_to(position.name))
      continue;
    const std::string beginning =
        beginning_of(position.name, static_cast<size_t>(std::min<uint64_t>(prefix_wanted, position.offset)));
    position.prefix_bytes = static_cast<uint32_t>(beginning.size());
    position.prefix_hash = hash_with_seed(beginning, 0);
  }
  writer_ = std::make_unique<StateFileWriter>(path_, most_bytes_);
  writer_->section(inputs_section, save_inputs());
  begin_save(stage, [this](uint32_t kind, std::string_view bytes) { writer_->section(kind, bytes); });
}

void ScanState::go_on_with_snapshot(CorrelationStage& stage, size_t shards) {
  if (stage.correlator().save_more(shards)) return;
  const std::unique_ptr<StateFileWriter> writer = std::move(writer_);
  writer->section(told_section, stage.save_told());
  // Alerts that are not out would be lost if the state went beyond them.
  if (observer_.flush && !observer_.flush()) return;
  if (!writer->commit()) return fail(writer->error());
  ++snapshots_;
}

void ScanState::finish(CorrelationStage& stage, bool stopped) {
  if (writer_) go_on_with_snapshot(stage, SIZE_MAX);
  const bool writes = is_ours_ && resumable();
  if (writes) {
    start_snapshot(stage);
    stage.correlator().save_more(SIZE_MAX);
  }
  if (!stopped) stage.finish();
  if (writes) go_on_with_snapshot(stage, SIZE_MAX);
}

}  // namespace sigrun
