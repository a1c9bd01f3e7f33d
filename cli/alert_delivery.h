// Carries alerts out of a live engine's queue: to standard output, a file or a socket, one JSON object a
// line, on a thread of its own.
//
// An alert is acknowledged when its bytes were taken: by a file or pipe when they are written, by a socket
// when the other side's system has them. What was not taken is written again: after a full disk, or to the
// next connection. A file never keeps half a line of what failed.
//
// Order of calls: open(), start(), then finish() and the destructor. Threads: open(), start() and finish()
// belong to one thread; the others may be called from any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/stream_address.h"
#include "live/alert_queue.h"

namespace sigrun::cli {

class AlertDelivery {
 public:
  AlertDelivery();
  ~AlertDelivery();
  AlertDelivery(const AlertDelivery&) = delete;
  AlertDelivery& operator=(const AlertDelivery&) = delete;

  // To a file (what it has stays) or an address; to standard output if neither is named. False: error() says
  // why. A socket is connected later, and again and again.
  bool open(const std::string& file, const std::optional<StreamAddress>& address);
  const std::string& error() const { return error_; }
  void start(AlertQueue& queue);

  // Waits until all alerts that are queued now are out. False: it was told to stop waiting.
  bool wait_for_all(const std::atomic<bool>& stop);
  // Delivers what there is, for at most so long, and ends the thread. The queue is closed.
  void finish(std::chrono::milliseconds most);

  uint64_t delivered() const { return delivered_.load(); }
  // Nobody will read standard output any more.
  bool hung_up() const { return hung_up_.load(); }
  // Readable once that has happened: for poll().
  int hung_up_descriptor() const { return hung_up_pipe_[0]; }

 private:
  void run();
  bool connect();
  bool write(const std::string& text);
  bool write_all(const std::string& text);
  bool arrived();
  bool fail(int number);
  bool pause(std::chrono::milliseconds time);
  void tell(const std::string& problem);

  AlertQueue* queue_ = nullptr;
  std::optional<StreamAddress> address_;
  std::string name_ = "standard output", error_;
  int descriptor_ = 1;
  bool is_file_ = false;
  std::string told_;  // the problem that was said last
  int stop_pipe_[2] = {-1, -1}, hung_up_pipe_[2] = {-1, -1};
  std::atomic<uint64_t> delivered_{0};
  std::atomic<bool> stopping_{false}, hung_up_{false};
  std::mutex mutex_;  // of the condition
  std::condition_variable progress_;
  std::thread thread_;
};

}  // namespace sigrun::cli
