#include "delivery.h"

#include <algorithm>

namespace sigrun::bench::scenarios {

Delivery::Delivery(const World& world) : world_(world) {
  Random draw(world.options.seed, 4, 0, 0);
  const auto at = [&](int day, double from_hour, double to_hour) {
    return first_moment + day * day_length + static_cast<Millis>(draw.uniform(from_hour, to_hour) * hour);
  };
  // A site's collector is down for hours: nothing of its hosts, and nothing comes later.
  for (const int day : {5, 17, 24}) {
    const Millis from = at(day, 6, 16);
    outages_.push_back({Kind::logon, Kind::connection, static_cast<int>(draw.below(11)), from,
                        from + draw.between(100, 400) * minute, true});
  }
  // Jams: what was held up comes at once, in the order of the log and with its own times.
  for (const int day : {3, 10, 16, 22, 28}) {
    Millis from = at(day, 5, 20);
    outages_.push_back({Kind::call, Kind::sign_in, -1, from, from + draw.between(6, 11) * minute, false});
    from = at(day, 5, 20);
    outages_.push_back({Kind::http, Kind::http, -1, from, from + draw.between(90, 180) * second, false});
    from = at(day, 5, 20);
    outages_.push_back({Kind::logon, Kind::connection, static_cast<int>(draw.below(11)), from,
                        from + draw.between(40, 75) * second, false});
  }
  Millis from = at(19, 2, 20);
  outages_.push_back({Kind::dns, Kind::dns, -1, from, from + draw.between(60, 150) * minute, true});
  from = at(23, 8, 13);
  access_outage_ = {from, from + draw.between(35, 70) * minute};
  outages_.push_back({Kind::access, Kind::access, -1, access_outage_.from, access_outage_.to, true});
  // Maintenance at weekends: some servers are silent for an hour or three.
  for (const uint32_t server : world.population.servers) {
    for (int day = 6; day < world.options.days; day += 7) {
      if (!draw.chance(0.12)) continue;
      const Millis begin = at(day, 0, 20);
      silence(server, {begin, begin + draw.between(50, 180) * minute});
    }
    const int retired = world.population.hosts[server].retired_on;
    if (retired != never) silence(server, {first_moment + retired * day_length + 10 * hour, world.end()});
  }
}

bool Delivery::deliver(Event& event) const {
  if (event.time < first_moment || event.time >= world_.end()) return false;
  const uint64_t luck = mixed(event.salt, 0xDE11);
  const double unit = static_cast<double>(luck >> 11) * 0x1p-53;
  Millis delay = 0;
  if (event.kind <= Kind::connection) {
    delay = static_cast<Millis>(-2500 * natural_log(1 - unit * 0.99999)) + 200;
    // Some forwarders hand over what gathered in 45 seconds.
    if (mixed(event.host, 0xBA7C4) % 50 == 0) delay += 45 * second - event.time % (45 * second);
    delay = std::min<Millis>(delay, 90 * second);
  } else if (event.kind <= Kind::sign_in) {
    delay = std::min<Millis>(
        60 * second + static_cast<Millis>(-150 * second * natural_log(1 - unit * 0.99999)), 11 * minute);
  } else {
    // Files are pushed every half minute, and take a while.
    delay = 30 * second - event.time % (30 * second) + 4 * second + static_cast<Millis>(unit * 12 * second);
  }
  event.arrival = event.time + delay;
  for (const Outage& outage : outages_) {
    if (event.time < outage.from || event.time >= outage.to) continue;
    if (event.kind < outage.first || event.kind > outage.last) continue;
    if (outage.site >= 0 && world_.population.hosts[event.host].site != outage.site) continue;
    if (outage.lost) return false;
    event.arrival = std::max(event.arrival, outage.to + static_cast<Millis>(luck % 10000));
  }
  if (event.kind <= Kind::connection) {
    const auto found = silences_.find(event.host);
    if (found != silences_.end()) {
      for (const Silence& span : found->second) {
        if (event.time >= span.from && event.time < span.to) return false;
      }
    }
  }
  return true;
}

}  // namespace sigrun::bench::scenarios
