// Abuse: instances of scenarios, at random entities and times. All of them are planned before the first
// event of the background is made, and merged with it by time. The README describes each, with its benign
// look-alikes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "background.h"
#include "delivery.h"
#include "event.h"
#include "world.h"

namespace sigrun::bench::scenarios {

struct Instance {
  std::string scenario, technique, variant;
  uint32_t number = 0;
  bool twelve = true;  // of the twelve, or one of those beside
  bool benign =
      false;  // a look-alike: written to the labels for whoever explains false alerts, never scored as abuse
  std::vector<std::pair<std::string, std::string>> entities;  // field and value; the first is the entity
  Millis from = 0, to = 0;  // of what was written; of silence and look-alikes as planned
  bool planned_span = false;
  std::vector<uint64_t> lines;  // of the output, from 1
};

// What scenarios need to be written in few lines. Not for other threads.
class Stage {
 public:
  Stage(World& all, Delivery& deliveries, std::vector<Event>& events, std::vector<Instance>& instances)
      : world(all),
        delivery(deliveries),
        draw(all.options.seed, 60, 0, 0),
        events_(events),
        instances_(instances) {}

  World& world;
  Delivery& delivery;
  Random draw;

  // How many instances: `rate` of 10,000 users, at least two.
  uint32_t count(double rate) const;
  // Begins an instance; events that are added belong to it.
  Instance& begin(const char* scenario, const char* technique, const char* variant, uint32_t number);
  void add(Event event);

  // A day on which abuse may begin, with `length` days behind it where the run has them.
  int some_day(int length = 1);
  // Somebody whom no other scenario has, employed throughout; `fits` says more. Reserved from then on.
  template <typename Fits>
  uint32_t take_person(Fits fits);
  uint32_t take_person() {
    return take_person([](const Person&) { return true; });
  }
  // The same, and a day at or behind some_day(length) that the person works; -1 if nobody was found.
  struct Worker {
    uint32_t person;
    int day;
  };
  template <typename Fits>
  Worker take_worker(int length, Fits fits);
  uint32_t take_server();
  // The first day from `day` on that the person works, not on the way; -1: none in the run.
  int working_day(uint32_t person, int day) const;
  Event event(Kind kind, Millis time, uint32_t user, uint32_t host);
  void name_person(Instance& instance, uint32_t person) const;
  void name_host(Instance& instance, uint32_t host) const;
  std::string text(Address address) const {
    std::string out;
    world.networks.append(out, address);
    return out;
  }
  // Somewhere that people abuse things from.
  Address attacker();
  Millis at(int day, double utc_hour) const {
    return first_moment + day * day_length + static_cast<Millis>(utc_hour * static_cast<double>(hour));
  }
  uint32_t some_server() {
    return world.population.servers[draw.below(static_cast<uint32_t>(world.population.servers.size()))];
  }

 private:
  std::vector<Event>& events_;
  std::vector<Instance>& instances_;
};

template <typename Fits>
uint32_t Stage::take_person(Fits fits) {
  std::vector<Person>& people = world.population.people;
  const auto size = static_cast<uint32_t>(people.size());
  const uint32_t start = draw.below(size);
  for (int strict = 1; strict >= 0; --strict) {  // in tiny companies nobody may fit
    for (uint32_t step = 0; step < size; ++step) {
      Person& person = people[(start + step) % size];
      if (person.reserved || person.hired_on > 0 || person.left_on != never || person.dormant) continue;
      if (strict != 0 && !fits(person)) continue;
      person.reserved = true;
      return (start + step) % size;
    }
  }
  return start;
}

template <typename Fits>
Stage::Worker Stage::take_worker(int length, Fits fits) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const int from = some_day(length);
    const uint32_t person = take_person(fits);
    const int day = working_day(person, from);
    if (day >= 0) return {person, day};
    world.population.people[person].reserved = false;
  }
  return {0, -1};
}

void account_scenarios(Stage& stage);
void host_scenarios(Stage& stage);
void data_scenarios(Stage& stage);
void web_scenarios(Stage& stage);
// What is benign and planned: travel, new computers, moves, roll-outs, …
std::vector<Instance> look_alikes(const World& world);

// sid of the portal, access keys and such, as they are written.
std::string session_text(uint64_t session);
std::string key_text(const World& world, uint32_t user);
std::string arn_text(const World& world, uint32_t user);
std::string hash_text(uint64_t build);

}  // namespace sigrun::bench::scenarios
