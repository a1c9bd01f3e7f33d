// How events reach the log: with the delays of their source, late after a jam, or never, because the source
// or the host was down. All delays stay below the lateness that the log source tables state (Windows 2
// minutes, Logpush 5, CloudTrail 15); what an outage holds up for longer is lost.
#pragma once

#include <map>
#include <vector>

#include "event.h"
#include "random.h"
#include "world.h"

namespace sigrun::bench::scenarios {

struct Silence {
  Millis from, to;
};

class Delivery {
 public:
  explicit Delivery(const World& world);

  // No event of the host is delivered in that time. Before the first `deliver`.
  void silence(uint32_t host, Silence span) { silences_[host].push_back(span); }
  // Sets the arrival. False: it is lost.
  bool deliver(Event& event) const;
  // Nobody can log in to Access; all do afterwards.
  Silence access_outage() const { return access_outage_; }
  struct Outage {
    Kind first, last;  // of these kinds
    int site;          // of Windows events; -1: all
    Millis from, to;
    bool lost;  // else delivered when it is over
  };
  const std::vector<Outage>& outages() const { return outages_; }

 private:
  const World& world_;
  std::map<uint32_t, std::vector<Silence>> silences_;
  std::vector<Outage> outages_;
  Silence access_outage_{};
};

}  // namespace sigrun::bench::scenarios
