#include "parallel.h"

#include <oneapi/tbb/parallel_for.h>

namespace sigrun {

void in_parallel(size_t count, const std::function<void(size_t)>& visit) {
  oneapi::tbb::parallel_for(size_t{0}, count, visit);
}

}  // namespace sigrun
