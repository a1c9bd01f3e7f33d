// The public sites: visitors by the hour of their country, bots, uptime checks and partners' programs that
// poll, campaigns that bring many at once, and days on which many passwords are forgotten.
#include <array>

#include "background.h"

namespace sigrun::bench::scenarios {

namespace {

struct Market {
  std::string_view country;
  int offset;  // hours
  double size;
};
constexpr std::array<Market, 8> markets{{{"de", 1, 1.3},
                                         {"fr", 1, 0.9},
                                         {"gb", 0, 1.0},
                                         {"us", -6, 1.9},
                                         {"br", -3, 0.8},
                                         {"in", 5, 0.9},
                                         {"jp", 9, 0.7},
                                         {"au", 10, 0.4}}};
// By hour of the place.
constexpr std::array<double, 24> by_hour{0.35, 0.2, 0.12, 0.1, 0.1,  0.15, 0.35, 0.6, 0.85, 1.0, 1.05, 1.1,
                                         1.2,  1.1, 1.0,  1.0, 1.05, 1.15, 1.3,  1.5, 1.6,  1.5, 1.1,  0.6};
constexpr double sessions_an_hour = 26;  // of a site of size 1, at an ordinary hour

class Web {
 public:
  Web(const World& world, int day, const Emit& emit)
      : world_(world),
        emit_(emit),
        day_(day),
        midnight_(first_moment + day * day_length),
        draw_(world.options.seed, 50, 0, static_cast<uint64_t>(day + 1)) {}

  void run() {
    for (uint32_t zone = 0; zone < markets.size(); ++zone) {
      for (int at = 0; at < 24; ++at) {
        const double size =
            markets[zone].size * by_hour[static_cast<size_t>((at + markets[zone].offset + 24) % 24)];
        const double users = static_cast<double>(world_.population.people.size()) / 10000;
        double mean =
            sessions_an_hour * size * users * world_.options.scale * (is_weekend(day_) ? 1.25 : 1.0);
        for (uint32_t left = draw_.poisson(mean); left > 0; --left)
          visit(zone, midnight_ + at * hour + draw_.between(0, hour - 1));
      }
      uptime_checks(zone);
      bots(zone);
    }
    partners();
    if (day_ == 9 || day_ == 20 || day_ == 26) campaign(draw_.below(markets.size()));
  }

 private:
  Event event(uint32_t zone, Millis time, Address address, uint32_t agent) {
    Event made;
    made.kind = Kind::http;
    made.time = time;
    made.salt = draw_.next();
    made.host = zone;
    made.address = address;
    made.agent = agent;
    made.extra = 200;
    return made;
  }

  Address visitor(uint32_t zone) {
    const bool abroad = draw_.chance(0.12);
    const std::string_view country = abroad ? std::string_view(world_.networks.countries()[draw_.below(
                                                  static_cast<uint32_t>(world_.networks.countries().size()))])
                                            : markets[zone].country;
    // Mobile carriers hide many behind few addresses.
    return world_.networks.random(draw_.chance(0.4) ? NetworkKind::mobile : NetworkKind::home, country,
                                  draw_);
  }

  void visit(uint32_t zone, Millis time) {
    const Address address = visitor(zone);
    const uint32_t agent = draw_.below(32);
    const uint64_t session = draw_.next();
    // A mailing asks customers to choose a new password: for a day many types go wrong.
    const bool mailing = (day_ == 11 && zone == 1) || (day_ == 21 && zone == 4);
    uint32_t pages = 1 + draw_.poisson(2.5);
    for (; pages > 0; --pages) {
      Event made = event(zone, time, address, agent);
      made.session = session;
      const double kind = draw_.unit();
      made.item = kind < 0.15   ? path_home
                  : kind < 0.55 ? path_product
                  : kind < 0.65 ? path_cart
                  : kind < 0.75 ? path_search
                                : path_static;
      made.amount = draw_.rank(6000);
      emit_(made);
      time += static_cast<Millis>(draw_.exponential(35) * second);
    }
    if (!draw_.chance(mailing ? 0.4 : 0.18)) return;
    bool right = false;
    for (int attempt = 0; attempt < 4 && !right; ++attempt) {
      right = draw_.chance(mailing ? 0.5 : 0.87);
      Event made = event(zone, time, address, agent);
      made.session = session;
      made.item = path_login;
      made.extra = right ? 302 : 401;
      emit_(made);
      time += draw_.between(4, 40) * second;
    }
  }

  void uptime_checks(uint32_t zone) {
    const Address address = world_.networks.address(world_.networks.office(4), 2);
    for (Millis time = midnight_ + zone * 7 * second; time < midnight_ + day_length;
         time += world_.small() ? 10 * minute : 2 * minute) {
      Event made = event(zone, time + draw_.between(-200, 200), address, tool_agent | 1);
      made.item = path_health;
      emit_(made);
    }
  }

  void bots(uint32_t zone) {
    Random fixed(world_.options.seed, 51, zone, 0);
    const Address address = world_.networks.random_of_kind(NetworkKind::hoster, fixed);
    for (uint32_t left = draw_.poisson((world_.small() ? 40 : 250) * markets[zone].size); left > 0; --left) {
      Event made = event(zone, midnight_ + draw_.between(0, day_length - 1), address, tool_agent | 2);
      made.item = draw_.chance(0.5) ? path_search : path_product;  // searches are never cached
      made.amount = draw_.below(60000);
      emit_(made);
    }
  }

  void partners() {
    for (uint32_t partner = 0; partner < (world_.small() ? 6U : 40U); ++partner) {
      Random fixed(world_.options.seed, 52, partner, 0);
      const Address address = world_.networks.random_of_kind(NetworkKind::hoster, fixed);
      const Millis period = fixed.between(4, 30) * minute;
      const double jitter = fixed.uniform(0, 0.2);
      for (Millis time = midnight_ + fixed.between(0, period); time < midnight_ + day_length;
           time += static_cast<Millis>(static_cast<double>(period) * draw_.uniform(1 - jitter, 1 + jitter))) {
        Event made = event(partner % 8, time, address, tool_agent | 3);
        made.item = path_api;
        made.amount = partner;
        emit_(made);
      }
    }
  }

  void campaign(uint32_t zone) {
    const Millis begin = midnight_ + draw_.between(15, 20) * hour;
    const auto visits = static_cast<uint32_t>(1500 * world_.options.scale *
                                              static_cast<double>(world_.population.people.size()) / 10000);
    for (uint32_t left = visits; left > 0; --left) {
      visit(zone, begin + static_cast<Millis>(draw_.exponential(12.0) * minute));
    }
  }

  const World& world_;
  const Emit& emit_;
  int day_;
  Millis midnight_;
  Random draw_;
};

}  // namespace

void web_events(const World& world, int day, const Emit& emit) { Web(world, day, emit).run(); }

}  // namespace sigrun::bench::scenarios
