#include "cli/stream_connections.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "cli/terminal.h"

namespace sigrun::cli {

struct StreamConnections::Connection {
  StreamSource source;
  std::thread thread;
  std::atomic<bool> ended{false};
  ~Connection() {
    if (thread.joinable()) thread.join();
    close(source.descriptor);
  }
};

StreamConnections::StreamConnections(size_t most_connections) : most_(most_connections) {}

StreamConnections::~StreamConnections() { finish(); }

bool StreamConnections::listen(const StreamAddress& address, std::string& error) {
  if (ended_[0] < 0 && pipe2(ended_, O_CLOEXEC | O_NONBLOCK) != 0) return error = std::strerror(errno), false;
  const int descriptor = listen_on(address, error);
  if (descriptor < 0) return false;
  listening_.push_back({descriptor, address});
  const std::string port = address.port == "0" ? ", port " + port_of(descriptor) : "";
  say("sigrun stream: listening on " + printable(address.text) + port);
  return true;
}

void StreamConnections::descriptors(std::vector<pollfd>& to) const {
  if (listening_.empty()) return;
  to.push_back({ended_[0], POLLIN, 0});
  // Those beyond the limit wait in the system's list.
  if (connections_.size() < most_)
    for (const Listening& listening : listening_) to.push_back({listening.descriptor, POLLIN, 0});
}

void StreamConnections::join_ended() {
  char bytes[64];
  while (read(ended_[0], bytes, sizeof bytes) > 0) continue;
  std::erase_if(connections_, [](const auto& connection) { return connection->ended.load(); });
}

void StreamConnections::serve(LiveEngine& engine, size_t most_line_bytes, ProblemTeller& teller) {
  if (listening_.empty()) return;
  join_ended();
  for (const Listening& listening : listening_) {
    while (connections_.size() < most_) {
      const int descriptor = accept4(listening.descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (descriptor < 0) break;
      ++accepted_;
      auto connection = std::make_unique<Connection>();
      connection->source = {descriptor, peer_of(descriptor, listening.address), nullptr};
      Connection& made = *connection;
      try {
        made.thread = std::thread([&made, &engine, most_line_bytes, &teller, wake = ended_[1]] {
          std::string problem;
          read_stream(engine, made.source, most_line_bytes, teller, problem);
          if (!problem.empty()) say("sigrun stream: " + printable(problem));
          shutdown(made.source.descriptor, SHUT_RDWR);
          made.ended.store(true);
          (void)!write(wake, "", 1);
        });
      } catch (const std::system_error& error) {
        say(fmt::format("sigrun stream: {}: not read: {}", printable(made.source.name), error.what()));
        continue;
      }
      connections_.push_back(std::move(connection));
    }
  }
  if (connections_.size() >= most_ && !said_full_) {
    said_full_ = true;
    say(fmt::format("sigrun stream: {} connections are open (--connections); others wait until one ends",
                    most_));
  }
}

void StreamConnections::finish() {
  for (const Listening& listening : listening_) {
    close(listening.descriptor);
    if (!listening.address.path.empty()) unlink(listening.address.path.c_str());
  }
  listening_.clear();
  connections_.clear();
  for (int& end : ended_) {
    if (end >= 0) close(end);
    end = -1;
  }
}

}  // namespace sigrun::cli
