// Walks an event in whatever form it comes: one walker for each form, and what is asked about the event goes to the one that walked last.
//
// Lifetimes and threads as of the three.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "event/host_record.h"
#include "event/json_walker.h"
#include "event/msgpack_walker.h"
#include "event/padded_bytes.h"
#include "event/pairs_walker.h"

namespace sigrun {

class EventWalker {
  // The one that walked last.
  template <class Question>
  decltype(auto) ask(Question&& question) {
    switch (form_) {
      case HostRecord::Form::msgpack: return question(*msgpack_);
      case HostRecord::Form::pairs: return question(*pairs_);
      default: return question(json_);
    }
  }
  template <class Question>
  decltype(auto) ask(Question&& question) const {
    switch (form_) {
      case HostRecord::Form::msgpack: return question(*msgpack_);
      case HostRecord::Form::pairs: return question(*pairs_);
      default: return question(json_);
    }
  }

 public:
  using Outcome = JsonWalker::Outcome;

  EventWalker(const PathTrie& paths, const Limits& limits) : paths_(paths), limits_(limits), json_(paths, limits) {}

  // JSON text.
  Outcome walk(std::string_view event, SlotTable& table, std::span<const uint32_t> tokens = {}) {
    form_ = HostRecord::Form::json;
    return json_.walk(event, table, tokens);
  }
  Outcome walk_msgpack(std::string_view event, SlotTable& table) {
    form_ = HostRecord::Form::msgpack;
    if (!msgpack_) msgpack_.emplace(paths_, limits_);
    return msgpack_->walk(event, table);
  }
  Outcome walk_pairs(std::span<const NamedValue> pairs, SlotTable& table) {
    form_ = HostRecord::Form::pairs;
    if (!pairs_) pairs_.emplace(paths_, limits_);
    return pairs_->walk(pairs, table);
  }

  std::string_view bytes() const {
    return ask([](auto& walker) { return walker.bytes(); });
  }
  Outcome outcome() const {
    return ask([](auto& walker) { return walker.outcome(); });
  }
  void degrade() {
    ask([](auto& walker) { return walker.degrade(); });
  }
  bool any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit) {
    return ask([&](auto& walker) { return walker.any_scalar(table, visit); });
  }
  std::string_view top_level_keys() {
    return ask([](auto& walker) { return walker.top_level_keys(); });
  }
  const std::string& problem() const {
    return ask([](auto& walker) -> const std::string& { return walker.problem(); });
  }
  // Of JSON only.
  std::shared_ptr<const std::string> repaired() {
    return form_ == HostRecord::Form::json ? json_.repaired() : nullptr;
  }
  // Whether texts stand in bytes() as they are; else as JSON writes them.
  bool has_plain_texts() const { return form_ != HostRecord::Form::json; }
  // Numbers and times that stand in bytes() not as text, each behind a line's end, followed by event_padding readable bytes.
  std::string_view numbers() {
    return form_ == HostRecord::Form::msgpack ? msgpack_->numbers() : std::string_view(no_numbers_.data(), 0);
  }
  // Of the other two.
  void write_json(std::string& out) const {
    if (form_ == HostRecord::Form::msgpack) msgpack_->write_json(out);
    if (form_ == HostRecord::Form::pairs) pairs_->write_json(out);
  }

 private:
  const PathTrie& paths_;
  const Limits& limits_;
  HostRecord::Form form_ = HostRecord::Form::json;
  JsonWalker json_;
  std::optional<MsgpackWalker> msgpack_;  // made when they are first needed
  std::optional<PairsWalker> pairs_;
  std::array<char, event_padding> no_numbers_{};
};

}  // namespace sigrun
