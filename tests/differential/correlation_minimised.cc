// What of a stream is needed for a difference, and how it is shown.
#include <fmt/format.h>

#include "differential/correlation_comparison.h"
#include "differential/correlation_timelines.h"

namespace sigrun::differential {

Stream minimised(Stream stream, const CorrelatorRun::Settings& settings) {
  auto differs = [&](const Stream& smaller) {
    return !smaller.rules.empty() && !difference(smaller, settings).empty();
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (size_t begin = 0; begin < stream.rules.size();) {
      const size_t end = stream.rules.find('\n', begin) + 1;
      Stream without = stream;
      without.rules.erase(begin, end - begin);
      // What refers to it must go first.
      const std::string name = stream.rules.substr(begin, 1);
      const bool used = without.rules.find("[" + name) != std::string::npos ||
                        without.rules.find(" " + name + ",") != std::string::npos ||
                        without.rules.find(" " + name + "]") != std::string::npos;
      if (!used && differs(without))
        stream = without, smaller = true;
      else
        begin = end;
    }
    for (size_t i = 0; i < stream.arrivals.size();) {
      Stream without = stream;
      without.arrivals.erase(without.arrivals.begin() + static_cast<ptrdiff_t>(i));
      if (differs(without))
        stream = without, smaller = true;
      else
        ++i;
    }
  }
  return stream;
}

std::string to_text(const Stream& stream) {
  std::string text = fmt::format("{}lateness {}\n", stream.rules, static_cast<double>(stream.lateness) / 1e9);
  for (const Stream::Arrival& arrival : stream.arrivals) {
    text += to_text(std::vector<naive::RuleEvent>{arrival.event});
    if (arrival.ends_batch) text += "-- batch\n";
  }
  return text;
}

}  // namespace sigrun::differential
