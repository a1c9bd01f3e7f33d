// The stage of correlations, and what is kept of it in the state folder.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <random>
#include <system_error>
#include <utility>

#include "correlation_state.h"
#include "live/live_parts.h"

namespace sigrun {
namespace {

namespace fs = std::filesystem;

}  // namespace

bool LiveEngine::lock_state_folder(std::string& problem) {
  if (state_.folder.empty()) return true;
  std::error_code error;
  fs::create_directories(state_.folder, error);
  if (error) {
    problem = fmt::format("{}: {}", state_.folder, error.message());
    return false;
  }
  const std::string path = (fs::path(state_.folder) / "lock").string();
  state_lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (state_lock_ < 0) {
    problem = fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
    return false;
  }
  if (::flock(state_lock_, LOCK_EX | LOCK_NB) == 0) return true;
  problem = fmt::format("{}: another engine uses this state folder", state_.folder);
  return false;
}

// The stage of a generation, with the stage lock held; nothing is in it yet.
void LiveEngine::make_stage(const std::shared_ptr<Generation>& generation) {
  stage_.reset();
  stage_generation_ = generation;
  for (Input* input : opened_) input->number.reset();
  opened_.clear();
  if (!generation->correlates()) return;
  if (!seed_) {
    std::random_device device;
    seed_ = uint64_t{device()} << 32 | device();
  }
  stage_ = std::make_unique<CorrelationStage>(*generation->engine, correlator_options(), ForEach(),
                                              [this](const Alert& alert) {
                                                render(alert, alert_text_);
                                                queue_->put(alert.rule->id, alert_text_, stage_now_);
                                              });
}

CorrelatorOptions LiveEngine::correlator_options() const {
  CorrelatorOptions options;
  options.state_bytes = state_.memory;
  options.rule_bytes = state_.rule_memory;
  options.evidence_bytes = state_.evidence_memory;
  options.seed = seed_.value_or(0);
  return options;
}

// State into the stage, which was just made with its seed. Where there is no stage nothing goes on with it: then it is counted, and the file goes, or else it would
// come back with later rules as if nothing had been missed in between.
bool LiveEngine::restore(const std::vector<StateSection>& sections, std::vector<CorrelationChange>& changes) {
  if (stage_) return restore_correlations(sections, *stage_, InputKind::live, now(), changes);
  CorrelationStage nobody(*stage_generation_->engine, correlator_options(), ForEach(), {});
  if (!restore_correlations(sections, nobody, InputKind::live, now(), changes)) return false;
  old_correlation_.add(nobody.counters());
  if (state_.folder.empty()) return true;
  const std::string path = (fs::path(state_.folder) / "live.state").string();
  std::error_code error;
  if (!fs::remove(path, error) && error)
    tell_of_state("state-stale", fmt::format("{}: cannot be removed, and nothing goes on with it: {}", path,
                                             error.message()));
  return true;
}

// Names of inputs may be different ones in every process: what is known of them is bounded as inputs are, with the one that the others share.
void LiveEngine::drop_clocks() {
  if (!stage_) return;
  const size_t dropped = stage_->drop_clocks(live_.inputs + 1);
  clocks_dropped_ += dropped;
  if (dropped > 0)
    tell_of_state(
        "clocks-dropped",
        fmt::format("the clocks of {} inputs that have not come back were dropped (live: inputs: {})",
                    dropped, live_.inputs));
}

// What an earlier process left, into the stage that was just made.
void LiveEngine::read_state() {
  if (state_.folder.empty() || std::exchange(state_is_read_, true)) return;
  const std::string path = (fs::path(state_.folder) / "live.state").string();
  const StateFile file = read_state_file(path, stage_generation_->engine->limits().state_file_bytes);
  if (!file.problem.empty())
    tell_of_state("state-damaged",
                  fmt::format("{}: {}{}; correlations begin without it", path, file.problem,
                              file.set_aside.empty() ? "" : " (kept as " + file.set_aside + ")"));
  if (const auto seed = seed_of(file.sections)) seed_ = seed;
  if (file.sections.empty()) return;
  make_stage(stage_generation_);  // with the seed of the state
  std::vector<CorrelationChange> changes;
  if (restore(file.sections, changes)) {
    drop_clocks();
    return tell_of_changes(changes);
  }
  const std::string aside = set_aside_state_file(path);
  tell_of_state("state-damaged", fmt::format("{}: parts of it make no sense{}; correlations begin without it",
                                             path, aside.empty() ? "" : " (kept as " + aside + ")"));
}

void LiveEngine::tell_of_changes(const std::vector<CorrelationChange>& changes) {
  if (changes.empty()) return;
  std::string message;
  for (const std::string& text : texts_of(changes)) message += (message.empty() ? "" : "; ") + text;
  queue_->put_health("state-changed", "Rules changed under what correlations had counted", message, now());
}

void LiveEngine::begin_snapshot() {
  if (state_.folder.empty() || !stage_) return;
  snapshot_ = std::make_unique<StateFileWriter>((fs::path(state_.folder) / "live.state").string(),
                                                stage_generation_->engine->limits().state_file_bytes);
  try {
    begin_save(*stage_, [this](uint32_t kind, std::string_view bytes) { snapshot_->section(kind, bytes); });
  } catch (const std::bad_alloc&) {
    snapshot_.reset();  // without its shards it would take the place of one that has them
    throw;
  }
}

void LiveEngine::go_on_with_snapshot(size_t shards) {
  if (!snapshot_ || stage_->correlator().save_more(shards)) return;
  const std::unique_ptr<StateFileWriter> writer = std::move(snapshot_);
  std::string problem;
  // Alerts that are not out would be lost if the state went beyond them.
  if (sync_spool(problem) && !writer->commit()) problem = writer->error();
  if (problem.empty()) {
    ++snapshots_;
  } else {
    ++snapshots_failed_;
    if (snapshot_problem_ != problem) tell_of_state("state-not-written", problem);
  }
  snapshot_problem_ = problem;
}

// With the stage lock held. A failure is told by whoever sees it first, once; the system tells of it no second time.
bool LiveEngine::sync_spool(std::string& problem) {
  const bool synced = queue_->sync(problem);
  if (!synced) {
    ++spool_syncs_failed_;
    if (!spool_failed_) tell_of_state("spool-failed", problem);
  }
  spool_failed_ = !synced;
  return synced;
}

bool LiveEngine::write_snapshot(std::string& problem) {
  go_on_with_snapshot(SIZE_MAX);
  begin_snapshot();
  if (!snapshot_) return true;  // there is no state
  go_on_with_snapshot(SIZE_MAX);
  problem = snapshot_problem_;
  return problem.empty();
}

}  // namespace sigrun
