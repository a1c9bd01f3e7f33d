#include "population.h"

#include <array>
#include <cstdio>

namespace sigrun::bench::scenarios {

namespace {

constexpr std::array<const char*, 60> surnames{
    "keller",  "moreau",  "okafor",  "silva",   "tanaka", "lindqvist", "novak",    "rossi",   "garcia",
    "khan",    "patel",   "mueller", "schmidt", "dubois", "jansen",    "kowalski", "ivanov",  "smith",
    "jones",   "brown",   "wilson",  "taylor",  "lee",    "kim",       "chen",     "wang",    "singh",
    "sharma",  "gupta",   "ali",     "hassan",  "mbeki",  "nguyen",    "tran",     "santos",  "costa",
    "pereira", "lopez",   "martin",  "bernard", "thomas", "petit",     "murphy",   "kelly",   "walsh",
    "byrne",   "suzuki",  "sato",    "ito",     "yamada", "andersson", "larsen",   "nielsen", "virtanen",
    "horvath", "popescu", "weber",   "fischer", "wagner", "becker"};

// Shares of the staff in hundredths.
constexpr std::array<uint32_t, department_count> share{20, 5, 7, 15, 7, 4, 16, 14, 6, 3, 3};

uint8_t pick_department(Random& draw) {
  uint32_t at = draw.below(100);
  for (uint8_t department = 0; department < department_count; ++department) {
    if (at < share[department]) return department;
    at -= share[department];
  }
  return engineering;
}

uint8_t pick_site(Random& draw) {
  auto at = static_cast<int>(draw.below(100));
  for (size_t site = 0; site < sites().size(); ++site) {
    if (at < sites()[site].share) return static_cast<uint8_t>(site);
    at -= sites()[site].share;
  }
  return 0;
}

std::string host_name(uint8_t site, const char* kind, uint32_t number, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%s-%s%0*u.corp.example", sites()[site].code.data(), kind, digits, number);
  return text;
}

double shift_start(uint8_t department, Random& draw) {
  if (department == support || department == manufacturing) {
    constexpr std::array<double, 3> shifts{6, 14, 22};
    return shifts[draw.below(3)];
  }
  const double usual = department == engineering || department == research ? 9.3
                       : department == executives                          ? 7.6
                                                                           : 8.4;
  double start = usual + 0.7 * draw.normal();
  if (start < 5.5) start = 5.5;
  return start > 12.5 ? 12.5 : start;
}

}  // namespace

Population::Population(const Networks& networks, const Catalog& catalog, uint32_t users, uint64_t seed) {
  people.reserve(users);
  for (uint32_t number = 0; number < users; ++number) {
    Random draw(seed, 2, number, 0);
    Person person;
    person.name = static_cast<char>('a' + draw.below(26));
    person.name += '.';
    person.name += surnames[draw.below(60)];
    person.name += std::to_string(number + 1);
    person.department = pick_department(draw);
    person.site = pick_site(draw);
    person.new_department = person.department;
    person.new_site = person.site;
    if (draw.chance(0.012)) {  // to another department, or to another country
      person.moves_on = static_cast<int>(draw.between(4, 27));
      if (draw.chance(0.6)) person.new_department = pick_department(draw);
      if (draw.chance(0.5)) person.new_site = pick_site(draw);
    }
    if (draw.chance(0.025))
      person.hired_on = static_cast<int>(draw.between(1, 26));
    else if (draw.chance(0.015))
      person.left_on = static_cast<int>(draw.between(5, 29));
    person.dormant = person.hired_on < 0 && person.left_on == never && draw.chance(0.012);
    if (person.dormant && draw.chance(0.2)) person.returns_on = static_cast<int>(draw.between(16, 28));
    if (draw.chance(0.2)) {
      person.away_from = static_cast<int>(draw.between(-6, 26));
      constexpr std::array<int, 5> lengths{2, 5, 5, 9, 16};
      person.away_to = person.away_from + lengths[draw.below(5)] - 1;
    }
    const bool travels_much = person.department == sales || person.department == executives;
    if (draw.chance(travels_much ? 0.2 : 0.035)) {
      person.trip.from = static_cast<int>(draw.between(0, 28));
      person.trip.to = person.trip.from + static_cast<int>(draw.between(1, 6));
      person.trip.country =
          networks.countries()[draw.below(static_cast<uint32_t>(networks.countries().size()))];
    }
    person.workstation = number;
    person.new_workstation = number;
    if (draw.chance(0.02)) person.replaced_on = static_cast<int>(draw.between(3, 28));
    person.shift_start = shift_start(person.department, draw);
    person.activity = draw.log_normal(0.85, 0.6);
    if (person.activity > 6) person.activity = 6;
    person.volume = draw.pareto(0.5, 1.6);
    if (person.volume > 40) person.volume = 40;
    const bool at_machines = person.department == manufacturing || person.department == support;
    person.remote = at_machines ? 0.02 : draw.unit() * 0.7;
    person.weekend = at_machines ? 0.25 : person.department == operations ? 0.12 : 0.02 + 0.05 * draw.unit();
    const double cloud[] = {0.45, 0.9, 0.6, 0.01, 0.1, 0, 0.02, 0.02, 0.05, 0, 0.02};
    person.cloud = draw.chance(cloud[person.department]);
    person.admin = person.department == operations && draw.chance(0.4);
    person.polls = draw.chance(0.06);
    person.privacy_vpn = draw.chance(0.03);
    person.home = networks.random(NetworkKind::home, sites()[person.site].country, draw);
    person.home_network_day = draw.below(11) + 3;
    person.browser = draw.below(24);
    people.push_back(std::move(person));
    hosts.push_back({host_name(people.back().site, "WS", number + 1, 5), people.back().site,
                     HostRole::workstation, false, never, 0});
  }
  for (uint32_t number = 0; number < users; ++number) {
    Person& person = people[number];
    if (person.replaced_on == never) continue;
    person.new_workstation = static_cast<uint32_t>(hosts.size());
    hosts.push_back({host_name(person.site, "WS", number + 60001, 5), person.site, HostRole::workstation,
                     false, never, 0});
  }
  Random draw(seed, 3, 0, 0);
  const uint32_t count = users / 40 < 44 ? 44 : users / 40;
  for (uint32_t number = 0; number < count; ++number) {
    const auto site = static_cast<uint8_t>(number % sites().size());
    constexpr std::array<HostRole, 5> roles{HostRole::file_server, HostRole::domain_controller,
                                            HostRole::application, HostRole::database, HostRole::batch};
    constexpr std::array<const char*, 5> kinds{"FS", "DC", "APP", "DB", "BAT"};
    const uint32_t turn = number / static_cast<uint32_t>(sites().size());
    const size_t role = turn < 2 ? turn : 2 + draw.below(3);
    Host host{host_name(site, kinds[role], number + 1, 3), site, roles[role], false, never, 0};
    constexpr std::array<uint32_t, 5> periods{300, 900, 1800, 1800, 3600};
    host.period = periods[draw.below(5)];
    if (turn >= 2 && draw.chance(0.03)) host.retired_on = static_cast<int>(draw.between(10, 28));
    servers.push_back(static_cast<uint32_t>(hosts.size()));
    if (role == 0) file_servers_of_site[site].push_back(servers.back());
    hosts.push_back(std::move(host));
  }
  const char* names[] = {"svc_monitor", "svc_vulnscan", "svc_backup", "svc_deploy"};
  for (const char* name : names) {
    ServiceAccount service;
    service.name = name;
    service.cloud_key = false;
    service.address = no_address;
    service.period = 600;
    services.push_back(std::move(service));
  }
  const uint32_t keys = users / 50 < 24 ? 24 : users / 50;
  for (uint32_t number = 0; number < keys; ++number) {
    ServiceAccount service;
    constexpr std::array<const char*, 6> kinds{"ci", "etl", "backup", "report", "sync", "scale"};
    service.name = std::string("svc-") + kinds[draw.below(6)] + "-" + std::to_string(number + 1);
    service.cloud_key = true;
    if (draw.chance(0.6)) {
      service.address = networks.random_of_kind(NetworkKind::cloud, draw);
    } else {
      const uint32_t office = networks.office(draw.below(11));
      service.address = networks.address(office, draw.below(4));
    }
    service.new_address = draw.chance(0.5) ? networks.random_of_kind(NetworkKind::cloud, draw)
                                           : networks.random_of_kind(NetworkKind::hoster, draw);
    const uint32_t habits = 2 + draw.below(5);
    for (uint32_t habit = 0; habit < habits; ++habit) {
      service.calls.push_back(draw.below(static_cast<uint32_t>(catalog.calls.size())));
    }
    constexpr std::array<uint32_t, 6> periods{900, 1800, 3600, 3600, 14400, 86400};
    service.period = periods[draw.below(6)];
    if (draw.chance(0.06)) service.new_network_on = static_cast<int>(draw.between(8, 28));
    if (draw.chance(0.08)) service.new_calls_on = static_cast<int>(draw.between(8, 28));
    services.push_back(std::move(service));
  }
}

uint32_t Population::habitual_server(uint32_t person, uint32_t choice) const {
  return servers[mixed(person, choice % 5) % servers.size()];
}

uint32_t Population::file_server(uint8_t site, uint32_t choice) const {
  const std::vector<uint32_t>& own = file_servers_of_site[site];
  return own[choice % own.size()];
}

}  // namespace sigrun::bench::scenarios
