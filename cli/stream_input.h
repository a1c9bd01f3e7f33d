// Reads lines from a descriptor and runs each through a live engine, until the input ends or somebody says
// stop.
//
// With a Confirmation each line is answered as rsyslog's omprog wants it (confirmMessages="on"): OK once what
// the line raised is safe, that is in the spool on disk, or delivered where there is none. Lines of a
// transaction are answered with DEFER_COMMIT, its end with OK.
//
// read_stream() blocks its thread; any number may run side by side on one engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "live/live_engine.h"

namespace sigrun::cli {

class Confirmation {
 public:
  // `settle` waits until what was raised is safe; false: it will not be.
  Confirmation(int descriptor, std::function<bool()> settle)
      : descriptor_(descriptor), settle_(std::move(settle)) {}

  // The program is up: rsyslog waits for that.
  bool ready() { return answer("OK"); }
  // The line is a mark of rsyslog's, and was answered.
  bool is_mark(std::string_view line);
  void evaluated();
  // Nobody reads the answers any more.
  bool failed() const { return failed_; }

 private:
  bool answer(std::string_view text);
  void settle();

  int descriptor_;
  std::function<bool()> settle_;
  bool in_transaction_ = false, failed_ = false;
};

// Says why lines were not matched: the first few of them, and counts the others.
class ProblemTeller {
 public:
  void tell(std::string_view input, uint64_t line, std::string_view outcome, std::string_view problem);
  uint64_t untold() const;

 private:
  std::atomic<uint64_t> count_{0};
};

struct StreamSource {
  int descriptor = 0;
  std::string name;                      // the input's
  Confirmation* confirmation = nullptr;  // none: lines are not answered
};

// Until the end of the input, a signal, or an error, which `problem` tells. The stop flag and descriptor are
// those of cli/signals.h.
void read_stream(LiveEngine& engine, const StreamSource& source, size_t most_line_bytes,
                 ProblemTeller& teller, std::string& problem);

}  // namespace sigrun::cli
