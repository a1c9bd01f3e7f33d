// All of some bytes into a file, however many calls that takes: a signal may interrupt one, and a call may write a part only.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace sigrun {

// False: `errno` says why, and a part may have been written.
inline bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = EIO;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace sigrun
