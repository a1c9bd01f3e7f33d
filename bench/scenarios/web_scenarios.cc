// Abuse that Cloudflare sees: credential stuffing, floods past the cache, tunnels through DNS.
#include <algorithm>
#include <cstdio>

#include "scenarios.h"

namespace sigrun::bench::scenarios {

namespace {

void credential_stuffing(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const auto zone = static_cast<uint32_t>((number * 3 + 1) % world.catalog.zones.size());
  const double size = std::max(0.08, world.options.users / 10000.0);
  Instance& instance = stage.begin("credential_stuffing", "T1110.004", "", number + 1);
  instance.entities.emplace_back("ClientRequestHost", world.catalog.zones[zone]);
  // One program behind many names of browsers.
  char ja4[40];
  std::snprintf(ja4, sizeof ja4, "t13d1715h2_5b57614c22b0_%012llx",
                static_cast<unsigned long long>(draw.next() & 0xFFFFFFFFFFFF));
  instance.entities.emplace_back("JA4", ja4);
  const auto first = static_cast<uint32_t>(world.catalog.browsers.size());
  for (uint32_t at = 0; at < 12; ++at)
    world.catalog.add_agent({world.catalog.browsers[draw.below(32)].text, ja4});
  std::vector<Address> addresses(static_cast<size_t>(static_cast<double>(draw.between(150, 600)) * size) +
                                 20);
  for (Address& address : addresses) {
    address = draw.chance(0.5) ? world.networks.random_elsewhere(NetworkKind::home, draw)
                               : world.networks.random_of_kind(NetworkKind::home, draw);
  }
  const int day = stage.some_day(3);
  const Millis begin = stage.at(day, draw.uniform(0, 23));
  const Millis length = draw.between(20, 60) * hour;
  for (auto left = static_cast<int64_t>(static_cast<double>(draw.between(1500, 4000)) * size); left > 0;
       --left) {
    Event made = stage.event(Kind::http, begin + draw.between(0, length), nothing, zone);
    made.item = path_login;
    made.extra = draw.chance(0.006) ? 302 : 401;
    made.address = addresses[draw.below(static_cast<uint32_t>(addresses.size()))];
    made.agent = first + draw.below(12);
    made.session = draw.next();
    stage.add(made);
  }
}

void cache_busting_flood(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const auto zone = static_cast<uint32_t>((number * 5 + 2) % world.catalog.zones.size());
  const double size = std::max(0.05, world.options.users / 10000.0);
  Instance& instance = stage.begin("cache_busting_flood", "T1499.002", "", number + 1);
  instance.twelve = false;
  instance.entities.emplace_back("ClientRequestHost", world.catalog.zones[zone]);
  std::vector<Address> addresses(static_cast<size_t>(draw.between(50, 300)));
  for (Address& address : addresses)
    address = world.networks.random_of_kind(draw.chance(0.5) ? NetworkKind::hoster : NetworkKind::home, draw);
  const int day = stage.some_day(1);
  const Millis begin = stage.at(day, draw.uniform(0, 23.5));
  const Millis length = draw.between(2, 10) * minute;
  for (auto left = static_cast<int64_t>(static_cast<double>(draw.between(3000, 10000)) * size); left > 0;
       --left) {
    Event made = stage.event(Kind::http, begin + draw.between(0, length), nothing, zone);
    made.item = path_busting;
    made.amount = draw.next();
    made.extra = draw.chance(0.1) ? 503 : 200;
    made.address = addresses[draw.below(static_cast<uint32_t>(addresses.size()))];
    made.agent = draw.below(32);
    made.session = draw.next();
    stage.add(made);
  }
}

void dns_tunnel(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const Stage::Worker worker = stage.take_worker(4, [](const Person&) { return true; });
  const uint32_t user = worker.person;
  if (worker.day < 0) return;
  Instance& instance = stage.begin("dns_tunnel", "T1071.004", number % 2 == 0 ? "fast" : "slow", number + 1);
  instance.twelve = false;
  const uint32_t domain =
      world.catalog.add_domain("t" + std::to_string(draw.below(9000) + 1000) + "-relay.example");
  stage.name_person(instance, user);
  const uint32_t days = number % 2 == 0 ? 1 : 3;
  uint32_t worked = 0;
  for (int day = worker.day; day < world.options.days && worked < days; ++day) {
    const WorkDay plan = work_day(world, user, day);
    if (!plan.works) continue;
    if (worked++ == 0)
      instance.entities.emplace_back("DeviceName", world.population.hosts[plan.workstation].name);
    for (auto left = draw.between(100, 700); left > 0; --left) {
      Event made =
          stage.event(Kind::dns, plan.begin + draw.between(0, plan.end - plan.begin), user, plan.workstation);
      made.item = domain;
      made.extra = name_tunnel;
      made.amount = draw.chance(0.6) ? 16 : 1;
      made.address = plan.outside == no_address ? plan.seen : plan.outside;
      stage.add(made);
    }
  }
}

}  // namespace

void web_scenarios(Stage& stage) {
  for (uint32_t number = 0; number < stage.count(6); ++number) credential_stuffing(stage, number);
  for (uint32_t number = 0; number < stage.count(6); ++number) cache_busting_flood(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) dns_tunnel(stage, number);
}

}  // namespace sigrun::bench::scenarios
