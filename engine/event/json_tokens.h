// Where the tokens of some JSON text stand: each bracket, colon and comma, and the first byte of each string and other scalar.
// Found by simdjson's first stage, which also checks strings (closed, without control characters) and UTF-8.
//
// Threads: one at a time. The places live until the next find().
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace sigrun {

class JsonTokens {
 public:
  JsonTokens();
  ~JsonTokens();

  enum class Outcome : uint8_t { found, ill_formed_utf8, broken };
  // `text` must be followed by event_padding readable bytes. Reason of `broken`: problem().
  Outcome find(std::string_view text);

  // Ascending; behind the last one stands text.size().
  const uint32_t* places() const { return places_; }
  uint32_t count() const { return count_; }
  const char* problem() const { return problem_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  const uint32_t* places_ = nullptr;
  uint32_t count_ = 0;
  const char* problem_ = "";
};

}  // namespace sigrun
