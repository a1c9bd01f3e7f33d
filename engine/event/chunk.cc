#include "event/chunk.h"

namespace sigrun {

void Chunk::frame_lines(LineFramer& framer) {
  lines = {};
  if (begins_line) lines = framer.run(bytes().data(), size, offset, 0, at_end, batch);
}

bool Chunk::frame_rest() {
  if (!rest) return false;
  batch.forget_found();
  const auto progress = rest->framer.run(batch.bytes.data(), batch.bytes.size(), rest->offset, at_end, batch);
  if (!progress.full) rest.reset();
  return true;
}

void Chunk::clear() {
  batch.clear();
  size = 0;
  offset = 0;
  first = begins_line = at_end = resumable = false;
  line = 1;
  next_line = 0;
  lines = {};
  rest.reset();
}

}  // namespace sigrun
