// Standard input that a signal can end. A read from an idle pipe or terminal goes on waiting after a signal (another
// thread may be the one that waits), and the scan could neither stop nor print its summary.
//
// While an object lives, descriptor 0 is a pipe which a thread fills from the real standard input, until that ends or
// the first SIGINT or SIGTERM comes. A regular file needs none of this and is left as it is. One object at a time,
// made before anything reads.
#pragma once

#include <thread>

namespace sigrun::cli {

class InterruptibleInput {
 public:
  InterruptibleInput();
  ~InterruptibleInput();
  InterruptibleInput(const InterruptibleInput&) = delete;
  InterruptibleInput& operator=(const InterruptibleInput&) = delete;

 private:
  int original_ = -1;  // the real standard input
  std::thread relay_;
};

}  // namespace sigrun::cli
