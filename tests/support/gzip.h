// Bytes as a gzip file, for tests of inputs.
#pragma once

#include <string>
#include <string_view>

namespace sigrun::test {

// One member. Fails the test where zlib does.
std::string gzip(std::string_view bytes);

}  // namespace sigrun::test
