// An alert's JSON as msgpack, which is what the host's records are made of.
#pragma once

#include <string_view>

#include "msgpack_writer.h"

namespace sigrun::fluentbit {

// One JSON value. False: it is none; the writer is as it was before. Integers beyond 64 bits become floats.
// Nesting is bounded by memory, not by the stack.
bool json_to_msgpack(std::string_view json, MsgpackWriter& writer);

}  // namespace sigrun::fluentbit
