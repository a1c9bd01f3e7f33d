#include "live/alert_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "alert/alert.h"
#include "alert/alert_id.h"
#include "alert/render.h"
#include "support/quantity.h"

namespace sigrun {
namespace {

constexpr size_t most_health = 64;
// A full disk may have room again without anybody telling.
constexpr auto try_again_after = std::chrono::seconds(1);

}  // namespace

AlertQueue::AlertQueue(std::string folder, const LiveOptions& options)
    : options_(options), spool_(std::move(folder), options.spool_size) {}

bool AlertQueue::open() {
  const Lock lock(mutex_);
  return spool_.open();
}

std::string AlertQueue::error() const {
  const Lock lock(mutex_);
  if (!spool_.error().empty() || kept_.empty()) return spool_.error();
  return fmt::format("{} alerts are in memory and wait for room in the queue", kept_.size());
}

std::string AlertQueue::health(std::string_view what, std::string_view title, const std::string& message,
                               int64_t now) const {
  auto rule = std::make_shared<RuleInfo>();
  rule->id = fmt::format("sigrun-health-{}", what);
  rule->title = title;
  Alert alert;
  alert.kind = AlertKind::health;
  alert.time = format_time(now);
  alert.id = make_alert_id("health " + rule->id, {}, message, static_cast<uint64_t>(now));
  alert.rule = rule;
  alert.message = message;
  alert.event = "{}";
  std::string json;
  render_ndjson(alert, json);
  if (json.ends_with('\n')) json.pop_back();
  return json;
}

// With the lock held. Health never waits for room: it is what tells that there is none.
void AlertQueue::say(std::string json) {
  ++counters_.health;
  if (health_.size() == most_health) {
    ++counters_.lost;
    return;
  }
  health_.push_back(std::move(json));
  say_what_waits();
}

void AlertQueue::say_what_waits() {
  while (!health_.empty() && spool_.add(health_.front(), closing_) == AlertSpool::Added::added) {
    ++counters_.queued;
    last_health_ = spool_.last();
    health_.pop_front();
    filled_.notify_one();
  }
}

// Into the spool, in their order; false: some are left.
bool AlertQueue::move_kept() {
  while (!kept_.empty() && spool_.add(kept_.front(), closing_) == AlertSpool::Added::added) {
    ++counters_.queued;
    kept_bytes_ -= kept_.front().size();
    kept_.pop_front();
    filled_.notify_one();
  }
  return kept_.empty();
}

// Returns whether it was added.
bool AlertQueue::add(Lock& lock, std::string_view json, bool may_wait) {
  for (;;) {
    const AlertSpool::Added added = move_kept() ? spool_.add(json, closing_) : AlertSpool::Added::full;
    if (added == AlertSpool::Added::added) {
      ++counters_.queued;
      filled_.notify_one();
      return true;
    }
    const std::string why =
        added == AlertSpool::Added::full
            ? fmt::format("{} of alerts wait to be delivered and acknowledged", format_bytes(spool_.bytes()))
            : spool_.error();
    const bool drops = options_.spool_full == LiveOptions::SpoolFull::drop_oldest;
    if (!std::exchange(said_full_, true))
      say(health("spool-full", "The alert queue is full",
                 drops ? fmt::format("{}; the oldest are dropped, {} so far", why, counters_.lost)
                       : fmt::format("{}; whatever raises alerts waits until there is room", why),
                 now_));
    if (drops) {
      if (spool_.bytes() == 0) break;
      counters_.lost += spool_.drop_oldest();
      say_what_waits();
      // Where what told so was among them, it is told again.
      if (spool_.first() > last_health_ && health_.empty()) said_full_ = false;
      continue;
    }
    if (closing_ || !may_wait) break;
    if (hurried_ > 0) {
      kept_.emplace_back(json);
      kept_bytes_ += json.size();
      return true;
    }
    ++waiting_;
    room_.wait_for(lock, try_again_after);
    --waiting_;
  }
  ++counters_.lost;
  return false;
}

void AlertQueue::put(std::string_view rule_id, std::string_view json, int64_t now) {
  Lock lock(mutex_);
  now_ = std::max(now_, now);
  if (options_.alert_rate > 0) {
    auto known = rates_.find(rule_id);
    if (known == rates_.end()) known = rates_.emplace(rule_id, Rate{now_, 0, 0}).first;
    Rate& rate = known->second;
    if (now_ - rate.begun >= options_.alert_rate_interval_seconds * 1'000'000'000)
      tell_held_back(known->first, rate, now_);
    if (rate.passed >= options_.alert_rate) {
      ++rate.held;
      ++counters_.held_back;
      return;
    }
    ++rate.passed;
  }
  say_what_waits();
  add(lock, json, true);
}

// The interval is over.
void AlertQueue::tell_held_back(const std::string& rule_id, Rate& rate, int64_t now) {
  if (rate.held > 0)
    say(health(
        "held-back", "Alerts of one rule were held back",
        fmt::format("rule {} raised {} alerts from {} on; {} of them were held back (alert-rate {} in {})",
                    rule_id, rate.passed + rate.held, std::string_view(format_time(rate.begun)), rate.held,
                    options_.alert_rate, format_span(options_.alert_rate_interval_seconds * 1'000'000'000)),
        now));
  rate = {now, 0, 0};
}

void AlertQueue::put_health(std::string_view what, std::string_view title, const std::string& message,
                            int64_t now) {
  const Lock lock(mutex_);
  now_ = std::max(now_, now);
  say(health(what, title, message, now));
}

void AlertQueue::put_health_alert(std::string json) {
  const Lock lock(mutex_);
  say(std::move(json));
}

void AlertQueue::tick(int64_t now) {
  const Lock lock(mutex_);
  now_ = std::max(now_, now);
  for (auto& [rule_id, rate] : rates_)
    if (now_ - rate.begun >= options_.alert_rate_interval_seconds * 1'000'000'000 && rate.passed > 0)
      tell_held_back(rule_id, rate, now_);
  move_kept();
  say_what_waits();
  // Full is over when half of it is free.
  if (spool_.bytes() < options_.spool_size / 2) said_full_ = false;
}

bool AlertQueue::sync(std::string& problem) {
  const Lock lock(mutex_);
  if (spool_.sync() && kept_.empty()) return true;
  problem = spool_.error().empty() ? "alerts wait in memory: the spool is full" : spool_.error();
  return false;
}

void AlertQueue::hurry() {
  const Lock lock(mutex_);
  ++hurried_;
  room_.notify_all();
}

void AlertQueue::unhurry() {
  const Lock lock(mutex_);
  if (hurried_ > 0) --hurried_;
}

void AlertQueue::close() {
  const Lock lock(mutex_);
  closing_ = true;
  for (auto& [rule_id, rate] : rates_)
    if (rate.held > 0) tell_held_back(rule_id, rate, now_);
  if (!move_kept()) counters_.lost += kept_.size();
  kept_.clear();
  kept_bytes_ = 0;
  say_what_waits();
  room_.notify_all();
  filled_.notify_all();
}

size_t AlertQueue::take(uint32_t milliseconds, size_t most, const Take& take) {
  const std::lock_guard one(taking_);
  std::string json;
  uint64_t sequence = 0;
  size_t taken = 0;
  Lock lock(mutex_);
  if (most > 0 && spool_.empty())
    filled_.wait_for(lock, std::chrono::milliseconds(milliseconds),
                     [&] { return !spool_.empty() || closing_ || woken_; });
  woken_ = false;
  while (taken < most && spool_.read(json, sequence)) {
    lock.unlock();
    const Answer answer = take(sequence, json);
    lock.lock();
    if (answer == Answer::not_taken) {
      spool_.unread();
      break;
    }
    ++taken;
    ++counters_.taken;
    if (answer == Answer::enough) break;
  }
  return taken;
}

void AlertQueue::acknowledge(uint64_t sequence) {
  const Lock lock(mutex_);
  spool_.acknowledge(sequence);
  move_kept();
  say_what_waits();
  room_.notify_all();
}

void AlertQueue::rewind() {
  const Lock lock(mutex_);
  spool_.rewind();
  filled_.notify_one();
}

void AlertQueue::wake() {
  const Lock lock(mutex_);
  woken_ = true;
  filled_.notify_all();
}

bool AlertQueue::blocks() const {
  const Lock lock(mutex_);
  return waiting_ > 0 || !kept_.empty();
}

AlertQueue::Counters AlertQueue::counters() const {
  const Lock lock(mutex_);
  Counters counters = counters_;
  counters.alerts = spool_.unacknowledged() + kept_.size();
  counters.bytes = spool_.bytes() + kept_bytes_;
  counters.damaged = spool_.damaged();
  return counters;
}

}  // namespace sigrun
