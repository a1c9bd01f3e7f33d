// Data that leaves: by an insider, in one go, and through a key that was stolen.
#include <array>

#include "scenarios.h"

namespace sigrun::bench::scenarios {

namespace {

// What a person of this volume reads on a day, about: four objects of a log-normal size (median 8 MB, sigma
// 1.3).
constexpr double ordinary_day = 4 * 18.6e6;

void insider_exfiltration(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  const uint32_t variant = number % 3;
  constexpr std::array<const char*, 3> names{"fast: one evening", "slow: somewhat more each day",
                                             "against peers: no past of its own"};
  const Stage::Worker worker = stage.take_worker(variant == 0 ? 3 : 10, [](const Person& person) {
    return person.cloud && person.volume < 4 && person.trip.to < training_days && person.moves_on == never &&
           (person.department == research || person.department == finance ||
            person.department == engineering);
  });
  if (worker.day < 0) return;
  const uint32_t user = worker.person;
  Person& person = world.population.people[user];
  person.cloud = true;
  stage.name_person(stage.begin("insider_exfiltration", "T1530", names[variant], number + 1), user);
  const auto read = [&](const WorkDay& plan, Millis time, double bytes) {
    Event made = stage.event(Kind::call, time, user, nothing);
    made.item = world.catalog.read_object;
    made.extra = draw.chance(0.75)
                     ? static_cast<uint32_t>(mixed(user, draw.below(3)) % world.catalog.buckets.size())
                     : draw.below(static_cast<uint32_t>(world.catalog.buckets.size()));
    made.amount = static_cast<uint64_t>(bytes * draw.log_normal(1, 0.8));
    made.address = plan.seen;
    made.agent = tool_agent | static_cast<uint32_t>(user % world.catalog.tools.size());
    stage.add(made);
  };
  if (variant == 0) {
    const WorkDay plan = work_day(world, user, worker.day);
    const auto objects = draw.between(40, 150);
    const double bytes =
        ordinary_day * person.volume * person.activity * draw.uniform(6, 15) / static_cast<double>(objects);
    Millis time = plan.end - draw.between(0, 90) * minute;
    for (int64_t left = objects; left > 0;
         --left, time += static_cast<Millis>(draw.exponential(1.5) * minute))
      read(plan, time, bytes);
    return;
  }
  double level = draw.uniform(1.8, 2.8) * person.volume * person.activity;
  if (variant == 2) {
    person.hired_on = static_cast<int>(draw.between(10, 13));
    person.away_from = person.away_to = never;
    level = draw.uniform(7, 12);  // the median of the department is 1
  }
  int left = static_cast<int>(draw.between(6, 9));
  for (int day = variant == 2 ? training_days : worker.day; day < world.options.days && left > 0; ++day) {
    const WorkDay plan = work_day(world, user, day);
    if (!plan.works) continue;
    --left;
    const auto objects = draw.between(5, 14);
    for (int64_t object = 0; object < objects; ++object) {
      read(plan, plan.begin + draw.between(0, plan.end - plan.begin),
           ordinary_day * level / static_cast<double>(objects));
    }
  }
}

void mass_download(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  const World& world = stage.world;
  const Stage::Worker worker =
      stage.take_worker(3, [](const Person& person) { return person.replaced_on == never; });
  const uint32_t user = worker.person;
  const int day = worker.day;
  if (day < 0) return;
  const WorkDay plan = work_day(world, user, day);
  Instance& instance = stage.begin("mass_download", "T1039", "", number + 1);
  instance.twelve = false;
  stage.name_person(instance, user);
  Millis time = plan.begin + draw.between(1, 6) * hour;
  const auto files = draw.between(300, 1500);
  const double pace = draw.uniform(1, 4);
  uint64_t folder = draw.below(4000);
  for (int64_t left = files; left > 0; --left) {
    if (draw.chance(0.02)) folder = draw.below(4000);
    Event made = stage.event(Kind::share_access, time, user, world.population.file_server(plan.site, 0));
    made.extra = plan.workstation;
    made.item = draw.chance(0.7) ? plan.department % 8 : draw.below(8);
    made.amount = folder << 16 | draw.below(400);
    stage.add(made);
    time += static_cast<Millis>(draw.exponential(pace) * second);
  }
}

void api_key_abuse(Stage& stage, uint32_t number) {
  Random& draw = stage.draw;
  World& world = stage.world;
  std::vector<ServiceAccount>& services = world.population.services;
  uint32_t service = 0;
  for (int attempt = 0; attempt < 500; ++attempt) {
    service = 4 + draw.below(static_cast<uint32_t>(services.size()) - 4);
    if (!services[service].reserved && services[service].new_network_on == never &&
        services[service].new_calls_on == never)
      break;
  }
  services[service].reserved = true;
  const uint32_t user = world.population.service_user(service);
  Instance& instance = stage.begin("api_key_abuse", "T1552.001", "", number + 1);
  instance.entities.emplace_back("userIdentity.accessKeyId", key_text(world, user));
  instance.entities.emplace_back("userIdentity.arn", arn_text(world, user));
  instance.entities.emplace_back("userIdentity.userName", services[service].name);
  Address address = world.networks.random_of_kind(NetworkKind::hoster, draw);
  if (draw.chance(0.3))
    address = world.networks.random_of_kind(NetworkKind::cloud, draw);  // of the same cloud, as many are
  constexpr std::array<const char*, 10> calls{
      "GetCallerIdentity",        "ListBuckets",  "ListUsers",       "DescribeInstances", "GetAccountSummary",
      "ListAttachedUserPolicies", "GetSendQuota", "DescribeRegions", "ListSecrets",       "GetObject"};
  const int day = stage.some_day(2);
  Millis time = stage.at(day, draw.uniform(0, 23));
  const uint32_t agent = tool_agent | draw.below(5);
  const double gap = draw.uniform(0.2, 9);
  for (auto left = draw.between(15, 60); left > 0; --left) {
    Event made = stage.event(Kind::call, time, user, nothing);
    made.item = world.catalog.call(calls[draw.below(10)]);
    made.extra = draw.below(static_cast<uint32_t>(world.catalog.buckets.size()));
    made.amount = made.item == world.catalog.read_object ? static_cast<uint64_t>(draw.log_normal(4e6, 1)) : 0;
    made.address = address;
    made.agent = agent;
    made.flag = draw.chance(0.35) ? 1 : 0;
    stage.add(made);
    time += static_cast<Millis>(draw.exponential(gap) * minute);
  }
}

}  // namespace

void data_scenarios(Stage& stage) {
  for (uint32_t number = 0; number < stage.count(9); ++number) insider_exfiltration(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) mass_download(stage, number);
  for (uint32_t number = 0; number < stage.count(8); ++number) api_key_abuse(stage, number);
}

}  // namespace sigrun::bench::scenarios
