// A value that is made when it is first asked for. Any number of threads may ask at once: one makes it, the others wait.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace sigrun {

template <class Value>
class Lazily {
 public:
  // `make` returns a unique_ptr to the value, never null; it must not ask for it.
  template <class Make>
  const Value& get(Make&& make) const {
    if (const Value* made = made_.load(std::memory_order_acquire)) [[likely]]
      return *made;
    const std::lock_guard lock(making_);
    if (!value_) {
      value_ = make();
      made_.store(value_.get(), std::memory_order_release);
    }
    return *value_;
  }

 private:
  mutable std::atomic<const Value*> made_ = nullptr;
  mutable std::mutex making_;
  mutable std::unique_ptr<const Value> value_;
};

}  // namespace sigrun
