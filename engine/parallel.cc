#include "parallel.h"

#include <oneapi/tbb/parallel_for.h>

#include "support/thread_order.h"

namespace sigrun {

void in_parallel(size_t count, const std::function<void(size_t)>& visit) {
  [[maybe_unused]] const char begin = 0, end = 0;
  ordered_before(&begin);
  oneapi::tbb::parallel_for(size_t{0}, count, [&](size_t i) {
    ordered_after(&begin);
    visit(i);
    ordered_before(&end);
  });
  ordered_after(&end);
}

}  // namespace sigrun
