// Where `sigrun stream` listens and delivers: "unix:PATH" or "tcp:HOST:PORT" (an IPv6 address in brackets).
//
// parse_address() checks the form only. listen_on() and connect_to() return a descriptor that does not block,
// or -1 with `error` set; the caller closes it. Reentrant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigrun::cli {

struct StreamAddress {
  std::string path;        // of a Unix socket; empty: TCP
  std::string host, port;  // of TCP
  std::string text;        // as it was written
};

std::optional<StreamAddress> parse_address(std::string_view text, std::string& error);

// A socket file that nobody listens on any more is replaced; one that is in use is an error.
int listen_on(const StreamAddress& address, std::string& error);
// Waits at most a few seconds, and no longer than until `stop` becomes readable.
int connect_to(const StreamAddress& address, int stop, std::string& error);
// The port that a listening TCP socket has, for addresses with port 0; empty for others.
std::string port_of(int descriptor);
// Who is at the other end: "tcp:192.0.2.1"; of Unix sockets, which do not say, the address itself.
std::string peer_of(int descriptor, const StreamAddress& listening);

}  // namespace sigrun::cli
