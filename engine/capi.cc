// The C interface over Engine. Every entry point catches everything: an exception that crossed into a C host would end it.
//
// An engine keeps a list of idle scratches, so that hosts need not know about them: a call takes one or makes one, and
// gives it back.
#include "sigrun/sigrun.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alert/render.h"
#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"

#define SIGRUN_TEXT_OF(x) #x
#define SIGRUN_TEXT(x) SIGRUN_TEXT_OF(x)
#define SIGRUN_HEADER_VERSION       \
  SIGRUN_TEXT(SIGRUN_VERSION_MAJOR) \
  "." SIGRUN_TEXT(SIGRUN_VERSION_MINOR) "." SIGRUN_TEXT(SIGRUN_VERSION_PATCH)
static_assert(std::string_view(SIGRUN_HEADER_VERSION) == SIGRUN_VERSION,
              "sigrun.h and meson.build disagree about the version");

struct sigrun_engine {
  std::unique_ptr<sigrun::Engine> engine;
  std::vector<std::string> problems;
  size_t refused = 0;

  mutable std::mutex mutex;  // guards what follows
  std::vector<sigrun::Engine::ScratchPointer> idle;
  sigrun::Counters counters;
};

namespace {

// The first layout of each struct: a caller that has less was not compiled against any sigrun.h.
constexpr size_t smallest_options = offsetof(sigrun_options, configuration);
constexpr size_t smallest_counters = offsetof(sigrun_counters, correlation_alerts);

void tell(char* error, size_t error_size, std::string_view text) noexcept {
  if (!error || error_size == 0) return;
  size_t length = std::min(text.size(), error_size - 1);
  // Never half a code point.
  if (length < text.size()) {
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  }
  std::memcpy(error, text.data(), length);
  error[length] = '\0';
}

// Runs `body`, which returns a status, and turns whatever it throws into one.
template <typename Body>
sigrun_status guarded(char* error, size_t error_size, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    tell(error, error_size, "out of memory");
    return SIGRUN_ERROR_MEMORY;
  } catch (const std::exception& exception) {
    tell(error, error_size, exception.what());
    return SIGRUN_ERROR_INTERNAL;
  } catch (...) {
    tell(error, error_size, "unknown failure");
    return SIGRUN_ERROR_INTERNAL;
  }
}

std::string text_or_empty(const char* text) { return text ? std::string(text) : std::string(); }

bool read_options(const sigrun_options& from, sigrun::LoadOptions& to, std::string& problem) {
  if (!from.rule_paths || from.rule_path_count == 0) return problem = "no rule_paths", false;
  for (size_t i = 0; i < from.rule_path_count; ++i) {
    if (!from.rule_paths[i]) return problem = "a null pointer among rule_paths", false;
    to.rule_paths.emplace_back(from.rule_paths[i]);
  }
  if (from.pipeline_count != 0 && !from.pipelines) return problem = "pipelines is null", false;
  for (size_t i = 0; i < from.pipeline_count; ++i) {
    if (!from.pipelines[i]) return problem = "a null pointer among pipelines", false;
    to.pipelines.emplace_back(from.pipelines[i]);
  }
  to.vars_path = text_or_empty(from.vars_path);
  to.taxonomy_path = text_or_empty(from.taxonomy_path);
  if (to.taxonomy_path == "none") {
    to.taxonomy_path.clear();
    to.use_taxonomy = false;
  }
  if (std::string logsource = text_or_empty(from.logsource); !logsource.empty()) {
    auto mode = sigrun::parse_logsource_mode(logsource, problem);
    if (!mode) return problem = "logsource: " + problem, false;
    to.logsource = *mode;
  }
  if (std::string level = text_or_empty(from.min_level); !level.empty()) {
    auto parsed = sigrun::sigma::parse_level(level);
    if (!parsed) return problem = "min_level: no such level: " + level, false;
    to.selection.min_level = *parsed;
  }
  if (std::string status = text_or_empty(from.min_status); !status.empty()) {
    auto parsed = sigrun::sigma::parse_status(status);
    if (!parsed) return problem = "min_status: no such status: " + status, false;
    to.selection.min_status = *parsed;
  }
  return true;
}

// Takes an idle scratch of the engine for the length of one call.
class BorrowedScratch {
 public:
  explicit BorrowedScratch(sigrun_engine& owner) : owner_(owner) {
    {
      std::lock_guard lock(owner_.mutex);
      if (!owner_.idle.empty()) {
        scratch_ = std::move(owner_.idle.back());
        owner_.idle.pop_back();
      }
    }
    if (!scratch_) scratch_ = owner_.engine->make_scratch();
  }
  BorrowedScratch(const BorrowedScratch&) = delete;
  BorrowedScratch& operator=(const BorrowedScratch&) = delete;
  // Not given back after an exception: its state is then unknown.
  void give_back() {
    std::lock_guard lock(owner_.mutex);
    owner_.idle.push_back(std::move(scratch_));
  }
  sigrun::Engine::Scratch& operator*() { return *scratch_; }

 private:
  sigrun_engine& owner_;
  sigrun::Engine::ScratchPointer scratch_;
};

// What an alert's texts are written into, again and again.
struct AlertTexts {
  std::string json, event;
};

void deliver(const sigrun::Alert& alert, AlertTexts& texts, sigrun_alert_callback callback, void* user) {
  auto& [json, event] = texts;
  json.clear();
  sigrun::render_ndjson(alert, json);
  while (!json.empty() && json.back() == '\n') json.pop_back();
  event = alert.event;
  std::string level(sigrun::sigma::level_name(alert.rule->level));
  sigrun_alert out{};
  out.size = sizeof(sigrun_alert);
  out.id = alert.id.c_str();
  out.time = alert.time.c_str();
  out.rule_id = alert.rule->id.c_str();
  out.rule_title = alert.rule->title.c_str();
  out.rule_level = level.c_str();
  out.line = alert.line;
  out.offset = alert.offset;
  out.event = event.c_str();
  out.event_size = event.size();
  out.json = json.c_str();
  out.json_size = json.size();
  callback(&out, user);
}

}  // namespace

extern "C" {

const char* sigrun_version(void) { return SIGRUN_VERSION; }
uint32_t sigrun_version_number(void) { return SIGRUN_VERSION_NUMBER; }

sigrun_status sigrun_open(const sigrun_options* options, sigrun_engine** engine, char* error,
                          size_t error_size) {
  tell(error, error_size, "");
  if (engine) *engine = nullptr;
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!options || !engine) {
      tell(error, error_size, "options or engine is null");
      return SIGRUN_ERROR_ARGUMENT;
    }
    if (options->size < smallest_options) {
      tell(error, error_size, "options.size is not sizeof(sigrun_options)");
      return SIGRUN_ERROR_ARGUMENT;
    }
    sigrun::LoadOptions load;
    std::string problem;
    if (!read_options(*options, load, problem)) {
      tell(error, error_size, problem);
      return SIGRUN_ERROR_ARGUMENT;
    }
    auto opened = std::make_unique<sigrun_engine>();
    sigrun::LoadReport report;
    opened->engine = sigrun::Engine::load(load, report);
    opened->refused = report.refused;
    for (const sigrun::Diagnostic& diagnostic : report.diagnostics)
      opened->problems.push_back(diagnostic.to_string());
    if (!opened->engine || opened->engine->rules().empty()) {
      std::string why = !report.fatal.empty() ? report.fatal : "no rule could be loaded";
      if (report.fatal.empty() && !opened->problems.empty())
        why += "; the first problem: " + opened->problems.front();
      tell(error, error_size, why);
      return SIGRUN_ERROR_LOAD;
    }
    *engine = opened.release();
    return SIGRUN_OK;
  });
}

size_t sigrun_rule_count(const sigrun_engine* engine) { return engine ? engine->engine->rules().size() : 0; }
size_t sigrun_refused_count(const sigrun_engine* engine) { return engine ? engine->refused : 0; }
size_t sigrun_problem_count(const sigrun_engine* engine) { return engine ? engine->problems.size() : 0; }

const char* sigrun_problem(const sigrun_engine* engine, size_t index) {
  return engine && index < engine->problems.size() ? engine->problems[index].c_str() : nullptr;
}

sigrun_status sigrun_evaluate(sigrun_engine* engine, const char* bytes, size_t byte_count, const char* input,
                              sigrun_alert_callback callback, void* user, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || (!bytes && byte_count != 0)) {
      tell(error, error_size, "engine or bytes is null");
      return SIGRUN_ERROR_ARGUMENT;
    }
    auto source = sigrun::memory_byte_source(std::string_view(bytes ? bytes : "", byte_count));
    sigrun::EventReader reader(*source, engine->engine->envelopes(), engine->engine->limits());
    sigrun::EventBatch batch;
    std::vector<sigrun::Alert> alerts;
    AlertTexts texts;
    const std::string name = text_or_empty(input);
    BorrowedScratch scratch(*engine);
    while (reader.next(batch)) {
      alerts.clear();
      sigrun::Counters counters;
      engine->engine->evaluate(batch, name, *scratch, alerts, counters);
      {
        std::lock_guard lock(engine->mutex);
        engine->counters.add(counters);
      }
      if (!callback) continue;
      for (const sigrun::Alert& alert : alerts) deliver(alert, texts, callback, user);
    }
    scratch.give_back();
    if (!reader.error().empty()) {
      tell(error, error_size, reader.error());
      return SIGRUN_ERROR_INPUT;
    }
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_get_counters(const sigrun_engine* engine, sigrun_counters* counters) {
  return guarded(nullptr, 0, [&]() -> sigrun_status {
    if (!engine || !counters || counters->size < smallest_counters) return SIGRUN_ERROR_ARGUMENT;
    std::lock_guard lock(engine->mutex);
    const sigrun::Counters& from = engine->counters;
    counters->in = from.in;
    counters->processed = from.processed;
    counters->degraded = from.degraded;
    counters->rejected = from.rejected;
    counters->dropped = from.dropped;
    counters->unrecognised = from.unrecognised;
    counters->bytes = from.bytes;
    counters->alerts = from.alerts();
    counters->envelopes_with_fields = from.envelope_fields.envelopes;
    return SIGRUN_OK;
  });
}

void sigrun_close(sigrun_engine* engine) {
  guarded(nullptr, 0, [&] {
    delete engine;
    return SIGRUN_OK;
  });
}

}  // extern "C"
