#include "cli/alert_delivery.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

using std::chrono::milliseconds;

constexpr size_t batch_alerts = 1000, batch_bytes = 256 << 10;
constexpr uint32_t wait_for_alerts = 500;  // milliseconds
constexpr milliseconds again_after(1000);
// What a pipe that poll() calls writable takes without blocking.
constexpr size_t piece_bytes = 4096;

}  // namespace

AlertDelivery::AlertDelivery() {
  if (pipe2(stop_pipe_, O_CLOEXEC | O_NONBLOCK) != 0) stop_pipe_[0] = stop_pipe_[1] = -1;
  if (pipe2(hung_up_pipe_, O_CLOEXEC | O_NONBLOCK) != 0) hung_up_pipe_[0] = hung_up_pipe_[1] = -1;
}

AlertDelivery::~AlertDelivery() {
  finish(milliseconds(0));
  for (const int end : {stop_pipe_[0], stop_pipe_[1], hung_up_pipe_[0], hung_up_pipe_[1]})
    if (end >= 0) close(end);
  if (descriptor_ > 2) close(descriptor_);
}

bool AlertDelivery::open(const std::string& file, const std::optional<StreamAddress>& address) {
  if (address) {
    address_ = address;
    name_ = address->text;
    descriptor_ = -1;
    return true;
  }
  if (!file.empty()) {
    name_ = file;
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0) return error_ = file + ": " + std::strerror(errno), false;
  }
  struct stat status {};
  is_file_ = fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  return true;
}

void AlertDelivery::start(AlertQueue& queue) {
  queue_ = &queue;
  thread_ = std::thread([this] { run(); });
}

bool AlertDelivery::wait_for_all(const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  while (queue_->counters().alerts > 0) {
    if (stop.load() || hung_up_.load()) return false;
    progress_.wait_for(lock, milliseconds(100));
  }
  return true;
}

void AlertDelivery::finish(milliseconds most) {
  if (!thread_.joinable()) return;
  const auto until = std::chrono::steady_clock::now() + most;
  {
    std::unique_lock lock(mutex_);
    while (queue_->counters().alerts > 0 && !hung_up_.load() && std::chrono::steady_clock::now() < until)
      progress_.wait_for(lock, milliseconds(20));
  }
  stopping_.store(true);
  (void)!::write(stop_pipe_[1], "", 1);
  queue_->wake();
  thread_.join();
}

void AlertDelivery::run() {
  std::string batch;
  while (!stopping_.load() && !hung_up_.load()) {
    if (descriptor_ < 0 && !connect()) continue;
    batch.clear();
    uint64_t last = 0;
    const size_t taken =
        queue_->take(wait_for_alerts, batch_alerts, [&](uint64_t sequence, const std::string& json) {
          batch.append(json).push_back('\n');
          last = sequence;
          return batch.size() < batch_bytes ? AlertQueue::Answer::more : AlertQueue::Answer::enough;
        });
    if (taken == 0) {
      pause(milliseconds(1));  // a closed queue does not wait
      continue;
    }
    if (write(batch)) {
      queue_->acknowledge(last);
      delivered_.fetch_add(taken);
      if (!std::exchange(told_, {}).empty())
        say("sigrun stream: " + printable(name_) + ": alerts are delivered again");
    } else {
      queue_->rewind();
    }
    progress_.notify_all();
  }
  progress_.notify_all();
}

// Once for each problem, not once for each try.
void AlertDelivery::tell(const std::string& problem) {
  if (std::exchange(told_, problem) != problem) say("sigrun stream: " + printable(problem) + "; alerts wait");
}

// Waits, unless it is time to stop.
bool AlertDelivery::pause(milliseconds time) {
  pollfd stop{stop_pipe_[0], POLLIN, 0};
  return poll(&stop, 1, static_cast<int>(time.count())) == 0;
}

bool AlertDelivery::connect() {
  std::string problem;
  descriptor_ = connect_to(*address_, stop_pipe_[0], problem);
  if (descriptor_ >= 0) return true;
  if (stopping_.load()) return false;
  tell(problem);
  pause(again_after);
  return false;
}

bool AlertDelivery::fail(int number) {
  if (number == EINTR) return false;  // told to stop
  if (address_) {
    tell(name_ + ": " + std::strerror(number));
    close(std::exchange(descriptor_, -1));
  } else if (number == EPIPE) {
    hung_up_.store(true);
    (void)!::write(hung_up_pipe_[1], "", 1);
  } else {
    tell(name_ + ": " + std::strerror(number));
    pause(again_after);
  }
  return false;
}

bool AlertDelivery::write(const std::string& text) {
  if (!is_file_) return write_all(text) && (!address_ || arrived());
  const off_t before = lseek(descriptor_, 0, SEEK_END);
  if (write_all(text)) return true;
  if (before >= 0 && ftruncate(descriptor_, before) == 0) lseek(descriptor_, before, SEEK_SET);
  return false;
}

bool AlertDelivery::write_all(const std::string& text) {
  const size_t piece = is_file_ || address_ ? text.size() : piece_bytes;
  for (size_t done = 0; done < text.size();) {
    if (!is_file_) {
      pollfd waiting[] = {{descriptor_, POLLOUT, 0}, {stop_pipe_[0], POLLIN, 0}};
      if (poll(waiting, 2, -1) < 0) {
        if (errno == EINTR) continue;
        return fail(errno);
      }
      if (waiting[1].revents != 0) return fail(EINTR);
    }
    const ssize_t written = ::write(descriptor_, text.data() + done, std::min(piece, text.size() - done));
    if (written >= 0)
      done += static_cast<size_t>(written);
    else if (errno != EINTR && errno != EAGAIN)
      return fail(errno);
  }
  return true;
}

// Waits until the other side has taken what was written. A connection that ends before that may have lost it.
bool AlertDelivery::arrived() {
  int left = 0;
  for (int step = 1; ioctl(descriptor_, SIOCOUTQ, &left) == 0 && left > 0; step = std::min(step * 2, 50)) {
    pollfd waiting[] = {{descriptor_, 0, 0}, {stop_pipe_[0], POLLIN, 0}};
    if (poll(waiting, 2, step) < 0 && errno != EINTR) return fail(errno);
    if (waiting[1].revents != 0) return fail(EINTR);
    if (waiting[0].revents != 0) return fail(ECONNRESET);
  }
  return true;
}

}  // namespace sigrun::cli
