// Abuse of hosts: rare binaries, lateral movement, beacons, miners, sources that are switched off.
#include <array>

#include "scenarios.h"

namespace sigrun::bench::scenarios {

namespace {

std::string invented_name(Random& draw) {
  constexpr std::array<const char*, 12> parts{"upd", "sync", "host", "cfg", "net", "win",
                                              "drv", "task", "svc",  "usr", "mem", "log"};
  std::string name = parts[draw.below(12)];
  name += parts[draw.below(12)];
  return name;
}

void rare_binary(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const bool known_name = number % 3 == 2;
  std::string name = known_name ? "svchost" : invented_name(draw);
  if (!known_name) name += std::to_string(draw.below(90) + 10);
  constexpr std::array<const char*, 3> folders{
      "C:\\\\ProgramData\\\\", "C:\\\\Users\\\\Public\\\\Libraries\\\\", "C:\\\\Windows\\\\Temp\\\\"};
  std::string image = folders[draw.below(3)];
  if (draw.chance(0.5)) image += name + "\\\\";
  image += name + ".exe";
  const uint64_t build = draw.next();
  const uint32_t program = world.catalog.add_program({image, "", "C:\\\\Windows\\\\explorer.exe", build, -1});
  Instance& instance =
      stage.begin("rare_binary", "T1036.005", known_name ? "a known name in another folder" : "", number + 1);
  std::string plain;
  for (size_t at = 0; at < image.size(); ++at) {
    plain += image[at];
    if (image[at] == '\\') ++at;
  }
  instance.entities.emplace_back("Image", plain);
  instance.entities.emplace_back("Hashes", hash_text(build));
  int day = stage.some_day(4);
  for (auto hosts = draw.between(2, 5); hosts > 0; --hosts) {
    const uint32_t user = stage.take_person();
    const int works = stage.working_day(user, day);
    if (works < 0) continue;
    const WorkDay plan = work_day(world, user, works);
    stage.name_host(instance, plan.workstation);
    for (auto left = draw.between(1, 6); left > 0; --left) {
      Event made = stage.event(Kind::process, plan.begin + draw.between(5 * minute, plan.end - plan.begin),
                               user, plan.workstation);
      made.item = program;
      stage.add(made);
    }
    if (draw.chance(0.4) && day + 1 < world.options.days) ++day;
  }
}

void lateral_fan_out(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const World& world = stage.world;
  const bool slow = number % 3 == 2;
  const Stage::Worker worker = stage.take_worker(
      3, [](const Person& person) { return !person.admin && person.department != support; });
  const uint32_t user = worker.person;
  const int day = worker.day;
  if (day < 0) return;
  const WorkDay plan = work_day(world, user, day);
  Instance& instance =
      stage.begin("lateral_fan_out", "T1021.002", slow ? "over a day" : "within hours", number + 1);
  stage.name_person(instance, user);
  stage.name_host(instance, plan.workstation);
  Millis time = plan.begin + draw.between(30, 300) * minute;
  const auto targets = draw.between(25, 80);
  const double gap = slow ? draw.uniform(10, 20) : draw.uniform(0.4, 2.2);
  const auto hosts = static_cast<uint32_t>(world.population.people.size());
  for (int64_t target = 0; target < targets; ++target) {
    const uint32_t host = draw.chance(0.3) ? stage.some_server() : draw.below(hosts);
    Event made = stage.event(draw.chance(0.15) ? Kind::failed_logon : Kind::logon, time, user, host);
    made.extra = plan.workstation;
    made.item = 3;
    stage.add(made);
    if (made.kind == Kind::logon && draw.chance(0.5)) {
      made = stage.event(Kind::connection, time + draw.between(5, 900), user, plan.workstation);
      made.item = world.catalog.common_programs[0];
      made.extra = host;
      made.flag = 1;
      made.amount = 445;
      stage.add(made);
    }
    time += static_cast<Millis>(draw.exponential(gap) * minute);
  }
}

uint32_t command_server(Stage& stage, Instance& instance) {
  Random& draw = stage.draw;
  const Address address =
      stage.world.networks.random_of_kind(draw.chance(0.7) ? NetworkKind::hoster : NetworkKind::cloud, draw);
  std::string name = invented_name(draw);
  name += std::to_string(draw.below(900) + 100) + "-cdn.example";
  instance.entities.emplace_back("DestinationIp", stage.text(address));
  instance.entities.emplace_back("DestinationHostname", name);
  return stage.world.catalog.add_destination({name, address});
}

void beaconing(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const bool on_server = number % 4 == 3;
  Stage::Worker worker{world.population.service_user(0), stage.some_day(6)};
  if (!on_server) worker = stage.take_worker(6, [](const Person& person) { return !person.polls; });
  const uint32_t user = worker.person;
  const int begin = worker.day;
  if (begin < 0) return;
  const uint32_t host =
      on_server ? stage.take_server() : world.population.workstation_of(world.population.people[user], begin);
  Instance& instance =
      stage.begin("beaconing", "T1071.001", on_server ? "server" : "workstation, while it is on", number + 1);
  stage.name_host(instance, host);
  const uint32_t destination = command_server(stage, instance);
  constexpr std::array<size_t, 4> hiding{0, 7, 14, 17};  // svchost, the chat client, PowerShell, rundll32
  uint32_t program = world.catalog.common_programs[hiding[draw.below(4)]];
  if (draw.chance(0.5))
    program =
        world.catalog.tail_programs[draw.below(static_cast<uint32_t>(world.catalog.tail_programs.size()))];
  const double period = draw.uniform(8, 110) * static_cast<double>(minute);
  const double jitter = draw.uniform(0.05, 0.35);
  const int days = static_cast<int>(draw.between(3, 8));
  for (int day = begin; day < begin + days && day < world.options.days; ++day) {
    Millis from = stage.at(day, 0), to = from + day_length;
    if (!on_server) {
      const WorkDay plan = work_day(world, user, day);
      if (!plan.works) continue;
      from = plan.begin;
      to = plan.end;
    }
    for (Millis time = from + static_cast<Millis>(draw.unit() * period); time < to;
         time += static_cast<Millis>(period * draw.uniform(1 - jitter, 1 + jitter))) {
      if (draw.chance(0.02)) continue;
      Event made = stage.event(Kind::connection, time, user, host);
      made.item = program;
      made.extra = destination;
      made.amount = draw.chance(0.8) ? 443 : 80;
      stage.add(made);
    }
  }
}

void cryptomining(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const bool on_server = number % 2 == 0;
  const uint32_t user = on_server ? world.population.service_user(0) : stage.take_person();
  const int begin = stage.some_day(3);
  const uint32_t host =
      on_server ? stage.take_server() : world.population.workstation_of(world.population.people[user], begin);
  Instance& instance = stage.begin("cryptomining", "T1496.001",
                                   on_server ? "server" : "workstation, day and night", number + 1);
  stage.name_host(instance, host);
  const uint32_t pool = command_server(stage, instance);
  const std::string name = invented_name(draw) + "64";
  const uint32_t program =
      world.catalog.add_program({"C:\\\\Windows\\\\Temp\\\\" + name + ".exe", "--donate-level 0 -t 6",
                                 "C:\\\\Windows\\\\System32\\\\svchost.exe", draw.next(), -1});
  instance.entities.emplace_back("Image", "C:\\Windows\\Temp\\" + name + ".exe");
  const uint64_t port = draw.chance(0.5) ? 443 : 3333;
  Millis time = stage.at(begin, draw.uniform(0, 20));
  const Millis end = time + draw.between(24, 120) * hour;
  Millis restart = time;
  // One connection lasts; it is seen when it is made again, every hour or so. The process is started after
  // each crash.
  for (; time < end; time += draw.between(28, 75) * minute) {
    if (time >= restart) {
      Event start = stage.event(Kind::process, time - draw.between(1, 5) * second, user, host);
      start.item = program;
      start.flag = 1;
      stage.add(start);
      restart = time + draw.between(8, 30) * hour;
    }
    Event made = stage.event(Kind::connection, time, user, host);
    made.item = program;
    made.extra = pool;
    made.amount = port;
    stage.add(made);
  }
}

void silent_source(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const uint32_t host = stage.take_server();
  const int day = stage.some_day(2);
  Instance& instance = stage.begin("silent_source", "T1562.001", "", number + 1);
  stage.name_host(instance, host);
  instance.planned_span = true;
  instance.from = stage.at(day, draw.uniform(0, 23));
  instance.to = std::min(instance.from + draw.between(6, 48) * hour, stage.world.end());
  stage.delivery.silence(host, {instance.from, instance.to});
}

}  // namespace

void host_scenarios(Stage& stage) {
  for (uint32_t number = 0; number < stage.count(8); ++number) rare_binary(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) lateral_fan_out(stage, number);
  for (uint32_t number = 0; number < stage.count(10); ++number) beaconing(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) cryptomining(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) silent_source(stage, number);
}

}  // namespace sigrun::bench::scenarios
