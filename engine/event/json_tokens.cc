#include "event/json_tokens.h"

#include <simdjson.h>

#include <algorithm>

#include "event/event_batch.h"

namespace sigrun {
namespace {

static_assert(event_padding >= simdjson::SIMDJSON_PADDING, "batches must satisfy the parser's padding");

// Room for texts of this size is kept; a larger one's is given back with the next one.
constexpr size_t kept_capacity = 512 << 10;

}  // namespace

struct JsonTokens::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;

  simdjson::error_code find(std::string_view text) {
    const size_t wanted = std::max(text.size(), kept_capacity);
    simdjson::error_code error = simdjson::SUCCESS;
    if (!stages)
      error = simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, stages);
    else if (stages->capacity() < wanted || stages->capacity() > 2 * wanted)
      error = stages->set_capacity(wanted);
    if (error) return error;
    return stages->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                          simdjson::stage1_mode::regular);
  }
};

JsonTokens::JsonTokens() : parser_(std::make_unique<Parser>()) {}
JsonTokens::~JsonTokens() = default;

JsonTokens::Outcome JsonTokens::find(std::string_view text) {
  const simdjson::error_code error = parser_->find(text);
  count_ = 0;
  places_ = nullptr;
  if (error == simdjson::UTF8_ERROR) return Outcome::ill_formed_utf8;
  if (error) {
    problem_ = simdjson::error_message(error);
    return Outcome::broken;
  }
  places_ = parser_->stages->structural_indexes.get();
  count_ = parser_->stages->n_structural_indexes;
  return Outcome::found;
}

}  // namespace sigrun
