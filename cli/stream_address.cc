#include "cli/stream_address.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace sigrun::cli {
namespace {

constexpr int connect_milliseconds = 3000;
constexpr int waiting_connections = 128;
constexpr int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses resolve(const StreamAddress& address, int flags, std::string& error) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  if (const int status = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list); status != 0)
    error = address.text + ": " + gai_strerror(status);
  return Addresses(list);
}

sockaddr_un unix_name(const StreamAddress& address) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address.path.data(), address.path.size());
  return name;
}

int fail(int descriptor, const StreamAddress& address, int number, std::string& error) {
  error = address.text + ": " + std::strerror(number);
  if (descriptor >= 0) close(descriptor);
  return -1;
}

// Nobody listens on this socket file.
bool is_left_over(const sockaddr_un& name) {
  struct stat status {};
  if (lstat(name.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const int probe = socket(AF_UNIX, type, 0);
  if (probe < 0) return false;
  const bool refused =
      connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 && errno == ECONNREFUSED;
  close(probe);
  return refused;
}

int listen_unix(const StreamAddress& address, std::string& error) {
  const sockaddr_un name = unix_name(address);
  const int descriptor = socket(AF_UNIX, type, 0);
  if (descriptor < 0) return fail(-1, address, errno, error);
  if (is_left_over(name)) unlink(name.sun_path);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      listen(descriptor, waiting_connections) != 0)
    return fail(descriptor, address, errno, error);
  return descriptor;
}

// Waits for a connection that is under way; its error, or 0.
int finish_connecting(int descriptor, int stop) {
  pollfd waiting[] = {{descriptor, POLLOUT, 0}, {stop, POLLIN, 0}};
  int ready = 0;
  while ((ready = poll(waiting, 2, connect_milliseconds)) < 0 && errno == EINTR) continue;
  if (ready <= 0) return ready < 0 ? errno : ETIMEDOUT;
  if (waiting[0].revents == 0) return EINTR;
  int number = 0;
  socklen_t size = sizeof number;
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size);
  return number;
}

int connect_one(int family, const sockaddr* name, socklen_t size, const StreamAddress& address, int stop,
                std::string& error) {
  const int descriptor = socket(family, type, 0);
  if (descriptor < 0) return fail(-1, address, errno, error);
  int number = 0;
  if (connect(descriptor, name, size) != 0) {
    number = errno;
    if (number == EINPROGRESS) number = finish_connecting(descriptor, stop);
  }
  return number == 0 ? descriptor : fail(descriptor, address, number, error);
}

}  // namespace

std::optional<StreamAddress> parse_address(std::string_view text, std::string& error) {
  StreamAddress address;
  address.text = text;
  if (text.starts_with("unix:")) {
    address.path = text.substr(5);
    if (address.path.empty())
      return error = "\"" + address.text + "\" names no socket; write unix:/run/sigrun.sock", std::nullopt;
    if (address.path.size() >= sizeof(sockaddr_un::sun_path))
      return error = "\"" + address.path + "\" is too long for a socket's name", std::nullopt;
    return address;
  }
  if (text.starts_with("tcp:")) {
    text.remove_prefix(4);
    const size_t colon = text.rfind(':');
    if (colon != std::string_view::npos) {
      std::string_view host = text.substr(0, colon);
      if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
      address.host = host;
      address.port = text.substr(colon + 1);
    }
    const bool digits =
        std::all_of(address.port.begin(), address.port.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!address.host.empty() && !address.port.empty() && digits && address.port.size() <= 5 &&
        std::stoi(address.port) <= 65535)
      return address;
  }
  error = "\"" + address.text + "\" is no address; write unix:PATH or tcp:HOST:PORT";
  return std::nullopt;
}

int listen_on(const StreamAddress& address, std::string& error) {
  if (!address.path.empty()) return listen_unix(address, error);
  const Addresses list = resolve(address, AI_PASSIVE, error);
  for (const addrinfo* at = list.get(); at; at = at->ai_next) {
    const int descriptor = socket(at->ai_family, type, 0);
    const int yes = 1;
    if (descriptor >= 0 && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(descriptor, at->ai_addr, at->ai_addrlen) == 0 && listen(descriptor, waiting_connections) == 0)
      return descriptor;
    fail(descriptor, address, errno, error);
  }
  return -1;
}

int connect_to(const StreamAddress& address, int stop, std::string& error) {
  if (!address.path.empty()) {
    const sockaddr_un name = unix_name(address);
    return connect_one(AF_UNIX, reinterpret_cast<const sockaddr*>(&name), sizeof name, address, stop, error);
  }
  const Addresses list = resolve(address, 0, error);
  int descriptor = -1;
  for (const addrinfo* at = list.get(); at && descriptor < 0; at = at->ai_next)
    descriptor = connect_one(at->ai_family, at->ai_addr, at->ai_addrlen, address, stop, error);
  return descriptor;
}

std::string port_of(int descriptor) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  char port[NI_MAXSERV] = "";
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0 || name.ss_family == AF_UNIX)
    return {};
  getnameinfo(reinterpret_cast<const sockaddr*>(&name), size, nullptr, 0, port, sizeof port, NI_NUMERICSERV);
  return port;
}

std::string peer_of(int descriptor, const StreamAddress& listening) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  char host[NI_MAXHOST] = "";
  if (!listening.path.empty() || getpeername(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0 ||
      getnameinfo(reinterpret_cast<const sockaddr*>(&name), size, host, sizeof host, nullptr, 0,
                  NI_NUMERICHOST) != 0)
    return listening.text;
  return std::string("tcp:") + host;
}

}  // namespace sigrun::cli
