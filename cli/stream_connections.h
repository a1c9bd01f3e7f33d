// Sockets on which others connect and send lines: accepts, and reads each connection on a thread of its own.
//
// At most so many connections are read at once; others wait to be accepted, which is said. Order of calls:
// listen() for each address, then descriptors() for poll() and serve() when one is readable; finish() waits
// for all connections, which end when the stop flag of cli/signals.h is set. Threads: one, which is not one
// of its own.
#pragma once

#include <poll.h>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/stream_address.h"
#include "cli/stream_input.h"
#include "live/live_engine.h"

namespace sigrun::cli {

class StreamConnections {
 public:
  explicit StreamConnections(size_t most_connections);
  ~StreamConnections();
  StreamConnections(const StreamConnections&) = delete;
  StreamConnections& operator=(const StreamConnections&) = delete;

  bool listen(const StreamAddress& address, std::string& error);
  bool empty() const { return listening_.empty(); }
  // Appends what serve() waits for.
  void descriptors(std::vector<pollfd>& to) const;
  void serve(LiveEngine& engine, size_t most_line_bytes, ProblemTeller& teller);
  void finish();
  uint64_t accepted() const { return accepted_; }

 private:
  struct Listening {
    int descriptor;
    StreamAddress address;
  };
  struct Connection;

  void join_ended();

  size_t most_;
  bool said_full_ = false;
  uint64_t accepted_ = 0;
  int ended_[2] = {-1, -1};  // a pipe: a byte for each connection that ended
  std::vector<Listening> listening_;
  std::list<std::unique_ptr<Connection>> connections_;
};

}  // namespace sigrun::cli
