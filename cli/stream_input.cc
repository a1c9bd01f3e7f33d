#include "cli/stream_input.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line_reader.h"
#include "cli/signals.h"
#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

constexpr size_t read_bytes = 256 << 10;
constexpr uint64_t told_problems = 10;
// rsyslog's own words, as omprog sends them where nothing else is configured.
constexpr std::string_view begin_mark = "BEGIN TRANSACTION", commit_mark = "COMMIT TRANSACTION";

int64_t wall_clock() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The engine is given one line, and counts from there: of its places the column is left.
std::string place_in_line(std::string_view told) {
  std::string problem(told);
  constexpr std::string_view first = "(line 1, column ";
  if (const size_t at = problem.find(first); at != problem.npos)
    problem.replace(at, first.size(), "(column ");
  return problem;
}

class StreamReader {
 public:
  StreamReader(LiveEngine& engine, const StreamSource& source, size_t most_line_bytes, ProblemTeller& teller)
      : engine_(engine), source_(source), lines_(most_line_bytes), teller_(teller), buffer_(read_bytes) {}

  void run(std::string& problem) {
    while (!stop_flag().load()) {
      pollfd waiting[] = {{source_.descriptor, POLLIN, 0}, {stop_descriptor(), POLLIN, 0}};
      if (poll(waiting, 2, -1) < 0 && errno != EINTR) return fail(problem);
      if (waiting[1].revents != 0) break;
      const ssize_t count = read(source_.descriptor, buffer_.data(), buffer_.size());
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count < 0) return fail(problem);
      if (count == 0) return end();
      lines_.add({buffer_.data(), static_cast<size_t>(count)});
      if (!take_lines()) return;
    }
    // Whoever sent it will not get it acknowledged.
    if (const size_t left = lines_.rest().size(); left > 0)
      say(fmt::format("sigrun stream: {}: stopped within a line, of which {} had come; it was not evaluated",
                      printable(source_.name), counted(left, "byte")));
  }

 private:
  void fail(std::string& problem) { problem = source_.name + ": " + std::strerror(errno); }

  void end() {
    const std::string_view rest = lines_.rest();
    if (rest.empty()) return;
    LiveEngine::Call call(engine_, source_.name);
    evaluate(call, rest, lines_.line() + 1, lines_.rest_offset());
  }

  // One call for what was read at once. Where lines are answered, one for each: the answer says that it was
  // handed over.
  bool take_lines() {
    std::optional<LiveEngine::Call> call;
    for (std::string_view line; lines_.next(line);) {
      Confirmation* const confirmation = source_.confirmation;
      if (confirmation && confirmation->is_mark(line)) continue;
      if (!call) call.emplace(engine_, source_.name);
      evaluate(*call, line, lines_.line(), lines_.offset());
      if (!confirmation) continue;
      call.reset();
      confirmation->evaluated();
      if (confirmation->failed()) return false;
    }
    return true;
  }

  void evaluate(LiveEngine::Call& call, std::string_view line, uint64_t number, uint64_t offset) {
    HostRecord record;
    record.bytes = line;
    record.line = number;
    record.offset = offset;
    const LiveEngine::Result& result = call.evaluate(record, wall_clock(), false);
    if (result.outcome == LiveEngine::Outcome::rejected)
      teller_.tell(source_.name, number, "rejected", place_in_line(result.problem));
    if (result.outcome == LiveEngine::Outcome::dropped)
      teller_.tell(source_.name, number, "dropped", result.problem);
  }

  LiveEngine& engine_;
  const StreamSource& source_;
  LineReader lines_;
  ProblemTeller& teller_;
  std::vector<char> buffer_;
};

}  // namespace

bool Confirmation::is_mark(std::string_view line) {
  if (line == begin_mark) {
    in_transaction_ = true;
    answer("OK");
    return true;
  }
  if (line != commit_mark || !in_transaction_) return false;
  in_transaction_ = false;
  settle();
  return true;
}

void Confirmation::evaluated() {
  if (in_transaction_)
    answer("DEFER_COMMIT");
  else
    settle();
}

// Anything but OK makes rsyslog try again later.
void Confirmation::settle() { answer(settle_() ? "OK" : "alerts cannot be delivered"); }

bool Confirmation::answer(std::string_view text) {
  std::string line(text);
  line += '\n';
  for (size_t done = 0; done < line.size();) {
    const ssize_t written = write(descriptor_, line.data() + done, line.size() - done);
    if (written >= 0)
      done += static_cast<size_t>(written);
    else if (errno != EINTR)
      return failed_ = true, false;
  }
  return true;
}

void ProblemTeller::tell(std::string_view input, uint64_t line, std::string_view outcome,
                         std::string_view problem) {
  const uint64_t number = count_.fetch_add(1);
  if (number < told_problems)
    say(fmt::format("{}:{}: {}: {}", printable(input), line, outcome, printable(problem)));
  if (number + 1 == told_problems) say("sigrun stream: further ones are counted only");
}

uint64_t ProblemTeller::untold() const {
  const uint64_t count = count_.load();
  return count > told_problems ? count - told_problems : 0;
}

void read_stream(LiveEngine& engine, const StreamSource& source, size_t most_line_bytes,
                 ProblemTeller& teller, std::string& problem) {
  StreamReader(engine, source, most_line_bytes, teller).run(problem);
}

}  // namespace sigrun::cli
