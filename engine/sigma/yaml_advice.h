// What to write instead where text is no YAML. The parser names what its grammar missed ("illegal map value"); authors of
// rules need the way out. Reentrant.
#pragma once

#include <string>
#include <string_view>

namespace sigrun::sigma {

// The message for `failure`, in yaml-cpp's words, at offset `at` of `text`. Failures that are not known keep those words.
std::string advise_on_yaml(std::string_view failure, std::string_view text, size_t at);

}  // namespace sigrun::sigma
