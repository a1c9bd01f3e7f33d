// Somebody else, or at another time than ever: account takeover, dormant accounts, off-hours, stolen
// sessions, log-ins from new places.
#include <array>

#include "scenarios.h"

namespace sigrun::bench::scenarios {

namespace {

// Applications that are worth a visit and that the department does not use as a rule.
uint32_t foreign_application(Stage& stage, uint8_t department) {
  constexpr std::array<uint32_t, 6> wanted{8, 9, 11, 12, 14, 5};
  for (int attempt = 0; attempt < 12; ++attempt) {
    const uint32_t application = wanted[stage.draw.below(wanted.size())];
    bool own = false;
    for (const uint32_t at : stage.world.catalog.department_applications[department])
      own = own || at == application;
    if (!own) return application;
  }
  return wanted[0];
}

void account_takeover(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const World& world = stage.world;
  const uint32_t variant = number % 3;
  const Stage::Worker worker = stage.take_worker(
      3, [](const Person& one) { return one.activity > 0.5 && one.trip.to < training_days; });
  const uint32_t victim = worker.person;
  const int day = worker.day;
  const Person& person = world.population.people[victim];
  if (day < 0) return;
  const WorkDay plan = work_day(world, victim, day);
  constexpr std::array<const char*, 3> names{"new country", "country of another office, while the user works",
                                             "own country, nothing strange alone"};
  Instance& instance = stage.begin("account_takeover", "T1078.004", names[variant], number + 1);
  stage.name_person(instance, victim);

  Address address = stage.attacker();
  Millis time = stage.at(day, draw.uniform(0, 23));
  if (variant == 1) {
    do {
      address = world.networks.random(NetworkKind::home, sites()[draw.below(11)].country, draw);
    } while (world.networks.of(address).country == sites()[plan.site].country);
    time = plan.begin + draw.between(40, 200) * minute;
  } else if (variant == 2) {
    address = world.networks.random(NetworkKind::home, sites()[plan.site].country, draw);
    time = plan.end + draw.between(20, 200) * minute;
  }
  const uint32_t agent = (person.browser + 9 + draw.below(14)) % 32;
  const auto later = [&](double mean_minutes) {
    return time += static_cast<Millis>(draw.exponential(mean_minutes) * minute) + second;
  };
  const auto log_in = [&](uint32_t application, uint8_t refused) {
    Event made = stage.event(Kind::access, time, victim, nothing);
    made.item = application;
    made.address = address;
    made.flag = refused;
    stage.add(made);
    later(4);
  };
  for (uint32_t wrong = draw.below(3); wrong > 0; --wrong) log_in(2, 1);
  log_in(2, 0);
  for (auto left = draw.between(1, 3); left > 0; --left) {
    const uint32_t application = foreign_application(stage, plan.department);
    log_in(application, draw.chance(0.2) ? 1 : 0);
  }
  const uint64_t session = draw.next();
  instance.entities.emplace_back("Cookies.sid", session_text(session));
  for (auto left = draw.between(5, 20); left > 0; --left) {
    Event made = stage.event(Kind::http, later(3), victim, portal);
    made.item = draw.chance(0.5) ? path_api : path_product;
    made.extra = 200;
    made.address = address;
    made.session = session;
    made.agent = agent;
    made.amount = draw.below(900);
    stage.add(made);
  }
  if (person.cloud) {
    Event made = stage.event(Kind::sign_in, later(10), victim, nothing);
    made.address = address;
    made.agent = agent;
    stage.add(made);
    constexpr std::array<const char*, 6> calls{"ListUsers",   "ListBuckets",       "GetSecretValue",
                                               "ListSecrets", "GetCallerIdentity", "ListRoles"};
    for (auto left = draw.between(3, 12); left > 0; --left) {
      made = stage.event(Kind::call, later(4), victim, nothing);
      made.item = world.catalog.call(calls[draw.below(6)]);
      made.extra = draw.below(static_cast<uint32_t>(world.catalog.buckets.size()));
      made.address = address;
      made.agent = agent;
      made.flag = draw.chance(0.3) ? 1 : 0;
      stage.add(made);
    }
  }
  log_in(4, 0);  // the VPN, and through it servers that the victim never uses
  const Address hub = world.networks.company_vpn(sites()[plan.site].country, draw);
  for (auto left = draw.between(1, 3); left > 0; --left) {
    const uint32_t server = stage.some_server();
    Event made = stage.event(Kind::logon, later(8), victim, server);
    made.address = hub;
    made.item = draw.chance(0.5) ? 3 : 10;
    stage.add(made);
  }
}

void dormant_account(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const uint32_t user = stage.take_person();
  Person& person = world.population.people[user];
  person.dormant = true;
  person.returns_on = never;
  person.away_from = person.away_to = never;
  const int earliest = world.options.days > 18 ? 17 : training_days;
  const auto day = static_cast<int>(draw.between(earliest, world.options.days - 1));
  stage.name_person(stage.begin("dormant_account", "T1078.002", "", number + 1), user);
  const Address address = stage.attacker();
  const Address hub = world.networks.company_vpn(sites()[person.site].country, draw);
  Millis time = stage.at(day, draw.uniform(0, 20));
  const auto later = [&](double minutes) {
    return time += static_cast<Millis>(draw.exponential(minutes) * minute) + second;
  };
  Event made = stage.event(Kind::access, time, user, nothing);
  made.item = 4;
  made.address = address;
  stage.add(made);
  constexpr std::array<uint32_t, 3> own_tools{4, 5, 6};  // of operations' programs: net, nltest, PsExec
  for (auto hosts = draw.between(2, 5); hosts > 0; --hosts) {
    const uint32_t server = stage.some_server();
    made = stage.event(Kind::logon, later(9), user, server);
    made.address = hub;
    made.item = 10;
    stage.add(made);
    for (auto left = draw.between(1, 4); left > 0; --left) {
      made = stage.event(Kind::process, later(2), user, server);
      made.item = world.catalog.department_programs[operations][own_tools[draw.below(3)]];
      stage.add(made);
    }
  }
  const uint32_t files = world.population.file_server(person.site, 0);
  for (auto left = draw.between(5, 30); left > 0; --left) {
    made = stage.event(Kind::share_access, later(0.3), user, files);
    made.address = hub;
    made.item = draw.below(8);
    const uint64_t folder = draw.below(4000);
    made.amount = folder << 16 | draw.below(400);
    stage.add(made);
  }
}

// All of it is familiar: host, servers, folders, applications. Only the hour is not.
void off_hours(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const World& world = stage.world;
  const Stage::Worker worker = stage.take_worker(4, [](const Person& person) {
    return person.department != support && person.department != manufacturing &&
           person.department != operations && person.department != engineering &&
           person.trip.to < training_days && person.moves_on == never;
  });
  const uint32_t user = worker.person;
  int day = worker.day;
  if (day < 0) return;
  const Person& person = world.population.people[user];
  stage.name_person(stage.begin("off_hours", "T1078", "", number + 1), user);
  const uint32_t host = world.population.workstation_of(person, day);
  for (auto nights = draw.between(2, 3); nights > 0 && day < world.options.days;
       --nights, day += static_cast<int>(draw.between(1, 2))) {
    const Address home = home_address(world, user, day);
    Millis time = local_midnight(sites()[person.site], day) + draw.between(30, 150) * minute;
    const Millis end = time + draw.between(70, 150) * minute;
    Event made = stage.event(Kind::logon, time, user, host);
    made.item = 11;
    stage.add(made);
    while ((time += static_cast<Millis>(draw.exponential(3.5) * minute)) < end) {
      const double kind = draw.unit();
      if (kind < 0.4) {
        made = stage.event(Kind::share_access, time, user,
                           world.population.file_server(person.site, draw.below(2)));
        made.extra = host;
        made.item = person.department % 8;
        const uint64_t folder = mixed(user, draw.below(6)) % 4000;
        made.amount = folder << 16 | draw.below(400);
      } else if (kind < 0.75) {
        made = stage.event(Kind::process, time, user, host);
        made.item = world.catalog.common_programs[draw.rank(12)];
      } else if (kind < 0.9) {
        made = stage.event(Kind::logon, time, user, world.population.habitual_server(user, draw.below(5)));
        made.extra = host;
        made.item = 3;
      } else {
        made = stage.event(Kind::access, time, user, nothing);
        made.item = draw.below(4);
        made.address = home;
      }
      stage.add(made);
    }
  }
}

void session_theft(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const World& world = stage.world;
  const Stage::Worker worker = stage.take_worker(3, [](const Person& person) {
    return person.activity > 0.9 && (person.department == sales || person.department == support ||
                                     person.department == finance || person.department == people_team);
  });
  const uint32_t victim = worker.person;
  const int day = worker.day;
  if (day < 0) return;
  const WorkDay plan = work_day(world, victim, day);
  const bool near = number % 2 == 1;
  Instance& instance =
      stage.begin("session_theft", "T1539", near ? "same country" : "another country", number + 1);
  const uint64_t session = portal_session(world, victim, day);
  const Address address =
      near ? world.networks.random(NetworkKind::home, sites()[plan.site].country, draw) : stage.attacker();
  instance.entities.emplace_back("Cookies.sid", session_text(session));
  instance.entities.emplace_back("ClientIP", stage.text(address));
  const uint32_t agent = (world.population.people[victim].browser + 9 + draw.below(14)) % 32;
  Millis time = plan.begin + (plan.end - plan.begin) / 2 + draw.between(0, 60) * minute;
  for (auto left = draw.between(10, 60); left > 0; --left) {
    Event made = stage.event(Kind::http, time, victim, portal);
    made.item = draw.chance(0.6) ? path_api : path_product;
    made.extra = draw.chance(0.9) ? 200 : 403;
    made.address = address;
    made.session = session;
    made.agent = agent;
    made.amount = draw.below(900);
    stage.add(made);
    time += static_cast<Millis>(draw.exponential(1.8) * minute);
  }
}

void access_new_place(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const Stage::Worker worker =
      stage.take_worker(3, [](const Person& person) { return person.trip.to < training_days; });
  const uint32_t victim = worker.person;
  const int day = worker.day;
  if (day < 0) return;
  const WorkDay plan = work_day(stage.world, victim, day);
  Instance& instance = stage.begin("access_new_place", "T1078.004", "", number + 1);
  instance.twelve = false;
  stage.name_person(instance, victim);
  const Address address =
      draw.chance(0.5) ? stage.attacker() : stage.world.networks.random_elsewhere(NetworkKind::mobile, draw);
  Millis time = plan.begin + draw.between(1, 12) * hour;
  for (auto left = draw.between(1, 3); left > 0; --left) {
    Event made = stage.event(Kind::access, time, victim, nothing);
    made.item = draw.below(4);
    made.address = address;
    stage.add(made);
    time += draw.between(1, 25) * minute;
  }
}

}  // namespace

void account_scenarios(Stage& stage) {
  for (uint32_t number = 0; number < stage.count(9); ++number) account_takeover(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) dormant_account(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) off_hours(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) session_theft(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) access_new_place(stage, number);
}

}  // namespace sigrun::bench::scenarios
