#include <cstdio>

#include "scenarios.h"

namespace sigrun::bench::scenarios {

uint32_t Stage::count(double rate) const {
  const auto wanted = static_cast<uint32_t>(rate * world.options.users / 10000 + 0.5);
  return wanted < 2 ? 2 : wanted;
}

Instance& Stage::begin(const char* scenario, const char* technique, const char* variant, uint32_t number) {
  Instance instance;
  instance.scenario = scenario;
  instance.technique = technique;
  instance.variant = variant;
  instance.number = number;
  instances_.push_back(std::move(instance));
  return instances_.back();
}

void Stage::add(Event event) {
  event.label = static_cast<uint32_t>(instances_.size());
  events_.push_back(event);
}

int Stage::some_day(int length) {
  const int last = world.options.days - length;
  return static_cast<int>(draw.between(training_days, last < training_days ? training_days : last));
}

uint32_t Stage::take_server() {
  std::vector<uint32_t>& servers = world.population.servers;
  const auto size = static_cast<uint32_t>(servers.size());
  const uint32_t start = draw.below(size);
  for (uint32_t step = 0; step < size; ++step) {
    Host& host = world.population.hosts[servers[(start + step) % size]];
    if (host.reserved || host.retired_on != never) continue;
    host.reserved = true;
    return servers[(start + step) % size];
  }
  return servers[start];
}

int Stage::working_day(uint32_t person, int day) const {
  for (; day < world.options.days; ++day) {
    const WorkDay plan = work_day(world, person, day);
    if (plan.works && !plan.travels && plan.end - plan.begin > 4 * hour) return day;
  }
  return -1;
}

Event Stage::event(Kind kind, Millis time, uint32_t user, uint32_t host) {
  Event made;
  made.kind = kind;
  made.time = time;
  made.user = user;
  made.host = host;
  made.salt = draw.next();
  return made;
}

void Stage::name_person(Instance& instance, uint32_t person) const {
  const std::string& name = world.population.user_name(person);
  instance.entities.emplace_back("TargetUserName", name);
  instance.entities.emplace_back("Email", name + "@corp.example");
  instance.entities.emplace_back("userIdentity.arn", arn_text(world, person));
  instance.entities.emplace_back("User", "CORP\\" + name);
}

void Stage::name_host(Instance& instance, uint32_t host) const {
  instance.entities.emplace_back("Computer", world.population.hosts[host].name);
}

Address Stage::attacker() {
  const double kind = draw.unit();
  if (kind < 0.4) return world.networks.random_elsewhere(NetworkKind::home, draw);
  if (kind < 0.75) return world.networks.random_of_kind(NetworkKind::hoster, draw);
  return world.networks.random_of_kind(NetworkKind::privacy_vpn, draw);
}

std::string session_text(uint64_t session) {
  char text[36];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(session),
                static_cast<unsigned long long>(mixed(session)));
  return text;
}

std::string key_text(const World& world, uint32_t user) {
  char text[24];
  std::snprintf(text, sizeof text, "AKIAEX%014llX",
                static_cast<unsigned long long>(mixed(user, world.options.seed) & 0xFFFFFFFFFFFFFF));
  return text;
}

std::string arn_text(const World& world, uint32_t user) {
  const std::string& name = world.population.user_name(user);
  return user < world.population.people.size() ? "arn:aws:sts::111122223333:assumed-role/staff/" + name
                                               : "arn:aws:iam::111122223333:user/" + name;
}

std::string hash_text(uint64_t build) {
  std::string out;
  char text[20];
  for (uint64_t part = 0; part < 4; ++part) {
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(mixed(build, part)));
    out += text;
  }
  return "SHA256=" + out;
}

}  // namespace sigrun::bench::scenarios
