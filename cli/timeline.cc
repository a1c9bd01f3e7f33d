#include "cli/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/event_json.h"
#include "cli/test_time.h"
#include "event/timestamp.h"
#include "sigma/similar_name.h"
#include "support/json_text.h"

namespace sigrun::cli {
namespace {

constexpr std::string_view repetition = "{n}";

// `{n}` without quotes is a map in YAML.
const sigma::YamlNode* find_unquoted_repetition(const sigma::YamlNode& node) {
  if (node.entries.size() == 1 && node.entries[0].key == "n" && node.entries[0].value.is_null()) return &node;
  for (const sigma::YamlNode& item : node.items)
    if (const auto* found = find_unquoted_repetition(item)) return found;
  for (const sigma::YamlEntry& entry : node.entries)
    if (const auto* found = find_unquoted_repetition(entry.value)) return found;
  return nullptr;
}

class StepReader {
 public:
  StepReader(int64_t start, DiagnosticSink& sink) : start_(start), sink_(sink) {}

  void read(const sigma::YamlNode& node, TimelineStep& step) {
    step.mark = node.mark;
    const sigma::YamlEntry *every = nullptr, *repeat = nullptr, *time_field = nullptr, *event = nullptr;
    for (const sigma::YamlEntry& entry : node.entries) {
      if (entry.key == "at")
        read_time(entry.value, step);
      else if (entry.key == "event")
        read_event(*(event = &entry), step);
      else if (entry.key == "repeat")
        read_repeat(*(repeat = &entry), step);
      else if (entry.key == "every")
        read_span(*(every = &entry), step.every);
      else if (entry.key == "delay")
        read_span(entry, step.delay);
      else if (entry.key == "time-field")
        read_time_field(*(time_field = &entry), step);
      else
        unknown(entry);
    }
    const bool timed = node.find("at") != nullptr;
    if (!event) sink_.error(node.mark, "the step has no `event`");
    if (every && !repeat)
      sink_.error(every->key_mark, "`every` stands beside `repeat`: how far apart they are");
    if (!timed && every) sink_.error(every->key_mark, "`every` counts from `at`; the step has none");
    if (repeat && step.every > longest_span / static_cast<int64_t>(step.repeat))
      sink_.error(repeat->value.mark, "the repetitions reach beyond 20 years");
    if (!timed && time_field)
      sink_.error(time_field->key_mark, "`time-field` says where `at` is written; the step has none");
  }

 private:
  void unknown(const sigma::YamlEntry& entry) {
    constexpr std::string_view keys[] = {"at", "event", "repeat", "every", "delay", "time-field"};
    const std::string_view meant = sigma::similar_key(entry.key, keys);
    sink_.error(
        entry.key_mark,
        fmt::format("a step has no key `{}`; {}", entry.key,
                    meant.empty() ? std::string("it has at, event, repeat, every, delay and time-field")
                                  : fmt::format("did you mean {}?", meant)));
  }

  void read_time(const sigma::YamlNode& value, TimelineStep& step) {
    if (value.is_scalar()) step.at = parse_test_time(value.text, start_);
    if (step.at) return;
    const bool unsigned_span = value.is_scalar() && parse_span(value.text).has_value();
    sink_.error(value.mark,
                unsigned_span
                    ? fmt::format("write +{}: `at` counts from the start", value.text)
                    : "`at` is a time from the start, such as +90s or +1h30m (units s, m, h, d, w, M, y), "
                      "or a date and time such as 2026-11-20T09:00:00Z");
  }

  void read_span(const sigma::YamlEntry& entry, int64_t& span) {
    const auto parsed = entry.value.is_scalar() ? parse_span(entry.value.text) : std::nullopt;
    if (parsed)
      span = *parsed;
    else
      sink_.error(entry.value.mark,
                  fmt::format("`{}` is a span such as 10s or 1h30m (units s, m, h, d, w, M, y)", entry.key));
  }

  void read_repeat(const sigma::YamlEntry& entry, TimelineStep& step) {
    const std::string& text = entry.value.text;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), step.repeat);
    if (entry.value.kind == sigma::YamlKind::number && parsed.ec == std::errc() &&
        parsed.ptr == text.data() + text.size() && step.repeat > 0)
      return;
    step.repeat = 1;
    sink_.error(entry.value.mark, "`repeat` is how many events the step makes: a whole number from 1");
  }

  void read_time_field(const sigma::YamlEntry& entry, TimelineStep& step) {
    if (entry.value.is_text() && !entry.value.text.empty())
      step.time_field = entry.value.text;
    else
      sink_.error(entry.value.mark, "`time-field` is the name of the field that the time is written into");
  }

  void read_event(const sigma::YamlEntry& entry, TimelineStep& step) {
    const sigma::YamlNode& value = entry.value;
    step.event_mark = value.mark;
    if (value.is_map()) {
      if (const sigma::YamlNode* bare = find_unquoted_repetition(value))
        sink_.error(bare->mark, "write '{n}' in quotes; without them it is a map");
      append_json(value, step.event);
    } else if (value.is_text()) {
      step.event = value.text;
    } else {
      sink_.error(value.mark, "an event is a map of fields, or a string that holds its JSON; this is " +
                                  std::string(sigma::kind_name(value.kind)));
    }
  }

  int64_t start_;
  DiagnosticSink& sink_;
};

std::string repeated(const std::string& event, uint64_t number) {
  std::string text;
  size_t from = 0;
  for (size_t at; (at = event.find(repetition, from)) != event.npos; from = at + repetition.size())
    text.append(event, from, at - from).append(std::to_string(number));
  return text.append(event, from);
}

// `event` is one JSON object: the engine has read it.
std::string with_time(const std::string& event, std::string_view field, int64_t time) {
  const size_t begin = event.find('{') + 1;
  std::string member;
  append_json_string(field, member);
  member += ':';
  append_json_string(format_time(time), member);
  if (event.find_first_not_of(" \t\r\n", begin) != event.rfind('}')) member += ',';
  return event.substr(0, begin) + member + event.substr(begin);
}

struct Arrival {
  int64_t time = 0, arrives = 0;
  std::string event;
};

class EventMaker {
 public:
  EventMaker(const Engine& engine, DiagnosticSink& sink)
      : engine_(engine), sink_(sink), scratch_(engine.make_scratch()) {}

  bool make(const TimelineStep& step, uint64_t number, Arrival& arrival) {
    arrival.event = repeated(step.event, number);
    const TimeOfEvent told = engine_.time_of_event(arrival.event, *scratch_);
    if (!told.problem.empty()) return fail(step.event_mark, told.problem);
    if (!step.at) {
      if (!told.time)
        return fail(step.mark,
                    fmt::format("the step has no `at`, and its event has no time in {}", told.field));
      arrival.time = *told.time;
    } else {
      if (told.time)
        return fail(step.event_mark,
                    fmt::format("the event has a time of its own, {}: leave out that or `at`",
                                std::string_view(format_time(*told.time))));
      arrival.time = *step.at + step.every * static_cast<int64_t>(number - 1);
      if (!write_time(step, told, arrival)) return false;
    }
    arrival.arrives = arrival.time + step.delay;
    return true;
  }

 private:
  bool write_time(const TimelineStep& step, const TimeOfEvent& told, Arrival& arrival) {
    const std::string& field = step.time_field.empty() ? told.field : step.time_field;
    arrival.event = with_time(arrival.event, field, arrival.time);
    // With the field in it another table may recognise the event, or the engine may not look there at all.
    const TimeOfEvent written = engine_.time_of_event(arrival.event, *scratch_);
    if (written.problem.empty() && written.time == arrival.time) return true;
    return fail(
        step.event_mark,
        written.problem.empty()
            ? fmt::format("the time was written into {}, where the engine does not look for it in an event "
                          "of {}; write `time-field: {}`",
                          field, written.table.empty() ? "no known source" : written.table, written.field)
            : written.problem);
  }

  bool fail(Mark mark, std::string message) {
    sink_.error(mark, std::move(message));
    return false;
  }

  const Engine& engine_;
  DiagnosticSink& sink_;
  Engine::ScratchPointer scratch_;
};

}  // namespace

std::optional<int64_t> read_start(const sigma::YamlNode& node, DiagnosticSink& sink) {
  std::optional<int64_t> start;
  if (node.is_text() && !node.text.starts_with('+') && !node.text.starts_with('-'))
    start = parse_test_time(node.text, 0);
  if (!start) sink.error(node.mark, "`start` is a date and time such as 2026-11-20T09:00:00Z");
  return start;
}

Timeline read_timeline(const sigma::YamlNode& node, int64_t start, DiagnosticSink& sink) {
  Timeline timeline;
  timeline.start = start;
  if (!node.is_sequence() || node.items.empty()) {
    sink.error(node.mark, "`timeline` is a list of steps: {at: +0s, event: {…}}");
    return timeline;
  }
  StepReader reader(start, sink);
  uint64_t events = 0;
  for (const sigma::YamlNode& item : node.items) {
    if (!item.is_map()) {
      sink.error(item.mark, "a step is a map with `at` and `event`");
      continue;
    }
    TimelineStep& step = timeline.steps.emplace_back();
    reader.read(item, step);
    events += std::min(step.repeat, most_timeline_events + 1);
    if (events > most_timeline_events) {
      sink.error(item.mark, fmt::format("more than {} events in one timeline", most_timeline_events));
      break;
    }
  }
  return timeline;
}

std::optional<TimelineEvents> make_events(const Timeline& timeline, const Engine& engine,
                                          DiagnosticSink& sink) {
  std::vector<Arrival> arrivals;
  EventMaker maker(engine, sink);
  for (const TimelineStep& step : timeline.steps)
    for (uint64_t number = 1; number <= step.repeat; ++number)
      if (!maker.make(step, number, arrivals.emplace_back())) return {};
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.arrives < b.arrives; });
  TimelineEvents events;
  events.count = arrivals.size();
  const auto [first, last] = std::minmax_element(
      arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) { return a.time < b.time; });
  if (first != arrivals.end())
    events.first = first->time, events.last = last->time, events.end = arrivals.back().arrives;
  for (const Arrival& arrival : arrivals) events.text.append(arrival.event).push_back('\n');
  return events;
}

}  // namespace sigrun::cli
