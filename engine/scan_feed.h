// Reads the inputs of a scan in chunks: the serial first stage.
//
// One input after the other; where correlations are loaded and all inputs are files, by time: always the file whose next chunk begins earliest (time/time_merge.h). A
// chunk's time is that of its first event, which is looked at here; that costs some microseconds for half a megabyte.
//
// Order of calls: begin() once, next() until it returns false. Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlation_stage.h"
#include "event/byte_source.h"
#include "event/chunk_reader.h"
#include "scan_state.h"
#include "scan_work.h"
#include "time/time_merge.h"

namespace sigrun {

class ScanFeed {
 public:
  // `text`: where its data is not null, the one input. `begins`: by input, where reading begins; empty: at the front.
  ScanFeed(const Engine& engine, const std::vector<std::string>& inputs, std::string_view text,
           std::vector<InputPosition> begins);

  // Of an input that is read by time: after how many of its chunks it is to wait until all others have ended; none: it is not. Asked while chunks are handed on.
  using WaitsFrom = std::function<std::optional<uint64_t>(size_t input)>;
  // Chunks that are handed on behind that one, whatever has become known: so their order does not depend on threads as long as no more than these are in flight.
  static constexpr size_t chunks_behind = 64;

  // The inputs, and where files that are read by time begin.
  std::vector<CorrelationStage::Input> begin(WaitsFrom waits_from);
  // False when all inputs are exhausted. A work without bytes may carry an input error.
  bool next(Work& work);

 private:
  struct Open {
    std::unique_ptr<ByteSource> source;
    std::unique_ptr<ChunkReader> reader;
    Work at_hand;  // by time: read, and not handed on
  };

  bool open(size_t input, std::string& error);
  bool read(size_t input, Work& work);
  bool next_by_time(Work& work);
  bool take_step(const TimeMerge::Step& step, Work* work);
  bool is_to_wait(size_t input);
  void read_ahead(size_t input);
  std::optional<int64_t> time_of(const Work& work);

  const Engine& engine_;
  const std::vector<std::string>& inputs_;
  std::string_view text_;
  std::vector<InputPosition> begins_;
  std::vector<std::unique_ptr<Open>> open_;  // by input
  size_t at_ = 0;                            // one after the other: the input at hand
  uint64_t done_ = 0;                        // raw bytes of inputs that are done
  // By time.
  std::optional<TimeMerge> merge_;
  Engine::ScratchPointer scratch_;
  std::vector<EventStamp> first_;  // by input
  std::vector<std::optional<int64_t>> last_time_;
  std::vector<std::optional<int64_t>> time_at_hand_;
  std::vector<uint64_t> handed_on_;  // chunks
  std::vector<bool> apart_;
  WaitsFrom waits_from_;
  std::optional<TimeMerge::Step> put_off_;  // the first that hands a chunk on
};

}  // namespace sigrun
