// Whether, when and where a person works on a day: what background and abuse both go by.
#include <algorithm>

#include "background.h"

namespace sigrun::bench::scenarios {

uint64_t portal_session(const World& world, uint32_t person, int day) {
  return mixed(mixed(world.options.seed, 23), mixed(person, static_cast<uint64_t>(day + 1)));
}

Address home_address(const World& world, uint32_t number, int day) {
  const Person& person = world.population.people[number];
  // The provider gives out a new address every few days, of the same network.
  const uint64_t lease = static_cast<uint64_t>(day + 20) / person.home_network_day;
  const uint32_t network = person.home >> 16;
  if (person.new_site != person.site && day >= person.moves_on) {
    Random draw(world.options.seed, 21, number, lease);
    return world.networks.random(NetworkKind::home, sites()[person.new_site].country, draw);
  }
  return world.networks.address(network, static_cast<uint32_t>(mixed(person.home, lease)));
}

WorkDay work_day(const World& world, uint32_t number, int day) {
  const Population& population = world.population;
  const Person& person = population.people[number];
  Random draw(world.options.seed, 22, number, static_cast<uint64_t>(day + 1));
  WorkDay plan;
  plan.site = population.site_of(person, day);
  plan.department = population.department_of(person, day);
  plan.workstation = population.workstation_of(person, day);
  if (!population.employed(person, day) || population.away(person, day) ||
      (person.dormant && day > 1 && day < person.returns_on))
    return plan;
  const Site& site = sites()[plan.site];
  double works = 0.955;
  if (is_weekend(day))
    works = person.weekend;
  else if (is_holiday(site, day))
    works = plan.department == support || plan.department == manufacturing ? 0.5 : 0.04;
  plan.works = draw.chance(works);
  if (!plan.works) return plan;

  const bool shifts = plan.department == support || plan.department == manufacturing;
  double start = person.shift_start + (shifts ? 0.12 : 0.45) * draw.normal();
  // Shifts rotate: a third of the shift workers has another one every week.
  if (shifts && number % 3 == 0) start += 8 * ((day + 7) / 7 % 3);
  if (start >= 24) start -= 24;
  double length = 8.3 + 0.7 * draw.normal();
  if (is_weekend(day) && !shifts) {
    start += draw.uniform(0, 7);
    length = draw.uniform(0.5, 5);
  }
  // The evening again, or a release at night.
  if (!shifts && draw.chance(plan.department == engineering || plan.department == operations ? 0.06 : 0.025))
    length += draw.uniform(2, 6);
  plan.begin = local_midnight(site, day) + static_cast<Millis>(start * static_cast<double>(hour));
  plan.travels = population.travels(person, day);
  if (plan.travels && person.trip.country != site.country) {
    // Hours of the place: some keep those of home.
    const Address there = world.networks.random(NetworkKind::home, person.trip.country, draw);
    double hours = (site.longitude - world.networks.of(there).longitude) / 15;
    if (hours > 12) hours -= 24;
    if (hours < -12) hours += 24;
    plan.begin += static_cast<Millis>(hours * draw.unit() * static_cast<double>(hour));
  }
  plan.end = plan.begin + static_cast<Millis>(std::clamp(length, 0.5, 15.0) * static_cast<double>(hour));
  plan.remote = !plan.travels && draw.chance(is_weekend(day) && !shifts ? 0.9 : person.remote);
  if (plan.travels) {
    const NetworkKind kind = draw.chance(0.25) ? NetworkKind::mobile : NetworkKind::home;
    plan.outside = world.networks.random(kind, person.trip.country, draw);
  } else if (plan.remote) {
    plan.outside = home_address(world, number, day);
    if (person.privacy_vpn && draw.chance(0.3))
      plan.outside = world.networks.random_of_kind(NetworkKind::privacy_vpn, draw);
  }
  if (plan.outside == no_address) {
    plan.seen = world.networks.address(world.networks.office(plan.site), draw.below(4));
  } else {
    plan.seen = draw.chance(0.45) ? world.networks.company_vpn(site.country, draw) : plan.outside;
  }
  plan.activity = person.activity * draw.log_normal(0.95, 0.3);
  if (is_month_end(day))
    plan.activity *= plan.department == finance ? 2.6 : plan.department == sales ? 1.6 : 1.1;
  if (day - person.hired_on >= 0 && day - person.hired_on < 3) plan.activity *= 0.6;
  return plan;
}

}  // namespace sigrun::bench::scenarios
