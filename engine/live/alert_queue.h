// The alerts that wait for the host: put in by those who find them, taken by whoever delivers them, gone when acknowledged.
//
// Keeps them in an AlertSpool; holds back what one rule raises beyond its rate; says as an alert of kind health what it held back or lost.
//
// While it is hurried nobody waits: what finds no room is kept beside the spool, in memory and in order, and goes there before anything else does.
//
// Order of calls: open(), then the others from any threads; close() last but for take(), acknowledge() and counters(). Callbacks of take() run
// without locks held, one take() at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "config/live_options.h"
#include "live/alert_spool.h"

namespace sigrun {

class AlertQueue {
 public:
  // `folder`: of the spool; empty: in memory.
  AlertQueue(std::string folder, const LiveOptions& options);

  // False: error() says why.
  bool open();
  std::string error() const;

  // One alert, of kind detection or correlation, at this wall clock. Waits where there is no room and the options say so. `json` without a line end.
  void put(std::string_view rule_id, std::string_view json, int64_t now);
  // What went wrong, to be told once for now: `what` names it ("spool-full"), `title` and `message` are for people.
  void put_health(std::string_view what, std::string_view title, const std::string& message, int64_t now);
  // An alert of kind health that somebody else has rendered: never waits, is not held back.
  void put_health_alert(std::string json);
  // What is due by now: summaries of what was held back, health that found no room.
  void tick(int64_t now);
  // False: `problem` says what is not on the disk.
  bool sync(std::string& problem);
  // From here to unhurry(), as often as it is called: nobody waits for room, neither those who do already.
  void hurry();
  void unhurry();
  // Nobody waits any more; what is put in from now on goes beyond the bound rather than being lost.
  void close();

  enum class Answer : uint8_t { more, enough, not_taken };
  using Take = std::function<Answer(uint64_t sequence, const std::string& json)>;
  // Up to `most`, waiting so long for the first one; how many were taken.
  size_t take(uint32_t milliseconds, size_t most, const Take& take);
  void acknowledge(uint64_t sequence);
  void rewind();
  void wake();
  // An alert would have to wait.
  bool blocks() const;

  struct Counters {
    uint64_t queued = 0, taken = 0, lost = 0, held_back = 0, health = 0, damaged = 0;
    uint64_t alerts = 0, bytes = 0;  // not acknowledged, now
  };
  Counters counters() const;

 private:
  struct Rate {
    int64_t begun = 0;
    uint64_t passed = 0, held = 0;
  };
  using Lock = std::unique_lock<std::mutex>;

  bool add(Lock& lock, std::string_view json, bool may_wait);
  bool move_kept();
  void say(std::string json);
  void say_what_waits();
  void tell_held_back(const std::string& rule_id, Rate& rate, int64_t now);
  std::string health(std::string_view what, std::string_view title, const std::string& message,
                     int64_t now) const;

  const LiveOptions options_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable filled_, room_;
  AlertSpool spool_;
  std::map<std::string, Rate, std::less<>> rates_;  // by rule id
  std::deque<std::string> health_;                  // found no room
  std::deque<std::string> kept_;                    // found no room while nobody might wait
  size_t kept_bytes_ = 0, hurried_ = 0;
  Counters counters_;
  int64_t now_ = 0;
  bool closing_ = false, woken_ = false, said_full_ = false;
  uint64_t last_health_ = 0;  // its sequence
  size_t waiting_ = 0;
  std::mutex taking_;
};

}  // namespace sigrun
