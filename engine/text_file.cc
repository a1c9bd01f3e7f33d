#include "text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace sigrun {

std::optional<std::string> read_text(const std::string& path, size_t limit, std::string& problem) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    problem = fmt::format("{}: {}", path, std::strerror(errno));
    return {};
  }
  std::string text;
  // Most files are taken in one step, with the byte more that tells their end.
  std::error_code ignored;
  const auto expected = std::filesystem::file_size(path, ignored);
  const size_t step =
      ignored ? 64 << 10 : std::max<size_t>(std::min<uintmax_t>(expected, limit) + 1, 4 << 10);
  while (file && text.size() <= limit) {
    const size_t size = text.size();
    text.resize(std::min(size + step, limit + 1));
    file.read(text.data() + size, static_cast<std::streamsize>(text.size() - size));
    text.resize(size + static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) {
    problem = fmt::format("{}: cannot be read", path);
    return {};
  }
  return text;
}

}  // namespace sigrun
