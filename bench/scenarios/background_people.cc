// A person's day: when and where it is worked, and what that leaves in the logs.
#include <algorithm>
#include <array>

#include "background.h"

namespace sigrun::bench::scenarios {

namespace {

// What a median person of a department does on a working day.
struct Habits {
  double programs, connections, servers, files, queries, requests, calls, applications;
};
constexpr std::array<Habits, department_count> habits{{
    {12, 4, 2.0, 3, 16, 4, 11, 3.0},  // engineering
    {11, 5, 6.0, 3, 14, 4, 16, 3.6},  // operations
    {8, 3, 1.5, 8, 14, 3, 13, 2.4},   // research
    {6, 4, 1.0, 4, 18, 6, 3, 2.6},    // sales
    {6, 3, 2.0, 10, 9, 5, 6, 2.8},    // finance
    {5, 2, 1.0, 6, 10, 5, 0, 2.4},    // people team
    {7, 4, 1.6, 2, 8, 8, 4, 1.8},     // support
    {3, 1, 1.2, 3, 2, 1, 2, 0.8},     // manufacturing
    {7, 4, 1.0, 10, 20, 4, 4, 2.2},   // marketing
    {5, 2, 1.0, 9, 9, 4, 0, 2.2},     // legal
    {4, 3, 0.8, 3, 12, 4, 2, 2.4},    // executives
}};

// An office of a site expires its passwords together: phones and drives go on with the old one.
bool password_wave(uint8_t site, int day) { return day % 13 == 4 + site % 5; }

class Day {
 public:
  Day(const World& world, const Emit& emit, uint32_t person, int day)
      : world_(world),
        emit_(emit),
        person_(world.population.people[person]),
        number_(person),
        day_(day),
        draw_(world.options.seed, 20, person, static_cast<uint64_t>(day + 1)),
        plan_(work_day(world, person, day)) {}

  void run(const Delivery& delivery) {
    if (!plan_.works) return;
    const Habits& habit = habits[plan_.department];
    const double load = plan_.activity * world_.options.scale;
    own_logons();
    failures();
    servers(habit.servers * load);
    files(habit.files * load);
    programs(habit.programs * load);
    roll_outs();
    connections(habit.connections * load);
    applications(habit.applications, delivery);
    requests(habit.requests * load);
    queries(habit.queries * load);
    if (person_.cloud) calls(habit.calls * load);
  }

 private:
  Event event(Kind kind, Millis time) {
    Event made;
    made.kind = kind;
    made.time = time;
    made.user = number_;
    made.host = plan_.workstation;
    made.salt = draw_.next();
    return made;
  }
  // Most work is done in the middle of the two halves of the day, little at noon.
  Millis moment() {
    double at = draw_.unit();
    if (at > 0.46 && at < 0.54 && draw_.chance(0.7)) at = draw_.unit();
    return plan_.begin + static_cast<Millis>(at * static_cast<double>(plan_.end - plan_.begin));
  }
  void send(Event made) { emit_(made); }

  void own_logons() {
    Event logon = event(Kind::logon, plan_.begin);
    logon.item = plan_.remote || plan_.travels ? 11 : 2;
    send(logon);
    if (person_.admin) {
      Event special = event(Kind::admin_logon, plan_.begin + draw_.between(0, 900));
      send(special);
    }
    for (uint32_t unlock = draw_.poisson(2.2); unlock > 0; --unlock) {
      Event again = event(Kind::logon, moment());
      again.item = 7;
      send(again);
    }
    if (draw_.chance(0.85)) send(event(Kind::logoff, plan_.end));
  }

  void failures() {
    uint32_t wrong = draw_.chance(0.09) ? 1 + draw_.poisson(0.7) : 0;
    Millis at = plan_.begin - draw_.between(20, 90) * second;
    for (; wrong > 0; --wrong, at += draw_.between(4, 25) * second) {
      Event failed = event(Kind::failed_logon, at);
      failed.item = 2;
      send(failed);
    }
    if (!password_wave(plan_.site, day_) || !draw_.chance(0.3)) return;
    // A phone or a mapped drive keeps trying, on its timer, until its owner notices.
    const Millis period = draw_.chance(0.5) ? 5 * minute : 15 * minute;
    const Millis end = plan_.begin + static_cast<Millis>(draw_.exponential(2.0) * hour);
    const uint32_t controller = world_.population.servers[sites().size() + plan_.site];
    for (Millis time = plan_.begin; time < end && time < plan_.end;
         time += period + draw_.between(-800, 800)) {
      Event failed = event(Kind::failed_logon, time);
      failed.host = controller;
      failed.extra = plan_.workstation;
      failed.item = 3;
      failed.flag = 1;
      send(failed);
    }
  }

  uint32_t some_server() {
    // One in forty is a server that this person does not use as a rule.
    if (draw_.chance(0.025)) {
      const std::vector<uint32_t>& all = world_.population.servers;
      return all[draw_.below(static_cast<uint32_t>(all.size()))];
    }
    return world_.population.habitual_server(number_, draw_.below(5));
  }

  void servers(double mean) {
    for (uint32_t visit = draw_.poisson(mean); visit > 0; --visit) {
      Event logon = event(Kind::logon, moment());
      logon.host = some_server();
      logon.extra = plan_.workstation;
      logon.item = plan_.department == operations && draw_.chance(0.3) ? 10 : 3;
      send(logon);
      if (person_.admin) {
        logon.kind = Kind::admin_logon;
        logon.salt = draw_.next();
        send(logon);
      }
      if (draw_.chance(0.5)) {
        logon.kind = Kind::logoff;
        logon.time += static_cast<Millis>(draw_.exponential(12.0) * minute);
        logon.salt = draw_.next();
        send(logon);
      }
    }
    // Help desk and operations put something right on many machines now and then.
    if ((person_.admin || plan_.department == support) && draw_.chance(person_.admin ? 0.05 : 0.006)) {
      Millis at = moment();
      const auto hosts = static_cast<uint32_t>(world_.population.people.size());
      for (auto left = draw_.between(15, 60); left > 0; --left) {
        Event logon = event(Kind::logon, at);
        logon.host = draw_.below(hosts);
        logon.extra = plan_.workstation;
        logon.item = 3;
        send(logon);
        at += static_cast<Millis>(draw_.exponential(70) * second);
      }
    }
  }

  void files(double mean) {
    auto left = static_cast<uint32_t>(
        std::min(400.0, mean * std::min(person_.volume, 8.0) * draw_.log_normal(0.7, 0.7)));
    // A new computer fetches all that the old one had.
    if (day_ == person_.replaced_on) left += static_cast<uint32_t>(draw_.between(300, 1500));
    while (left > 0) {
      // Read in bouts: a folder is opened, or a project is built.
      auto bout = std::min(left, 1 + draw_.poisson(left > 200 ? 200 : 4));
      left -= bout;
      Millis at = moment();
      const uint64_t folder = draw_.chance(0.9) ? mixed(number_, draw_.below(6)) % 4000 : draw_.below(4000);
      const uint32_t share = draw_.chance(0.8) ? static_cast<uint32_t>(plan_.department % 8) : draw_.below(8);
      const uint32_t server = world_.population.file_server(plan_.site, draw_.below(2));
      for (; bout > 0; --bout) {
        Event read = event(Kind::share_access, at);
        read.host = server;
        read.extra = plan_.workstation;
        read.item = share;
        read.amount = folder << 16 | draw_.below(400);
        read.flag = draw_.chance(0.15) ? 1 : 0;
        send(read);
        at += static_cast<Millis>(draw_.exponential(2.5) * second);
      }
    }
  }

  uint32_t some_program() {
    const Catalog& catalog = world_.catalog;
    const std::vector<uint32_t>& own = catalog.department_programs[plan_.department];
    const double kind = draw_.unit();
    if (kind < 0.012) {  // one of the two or three odd tools that this person has
      return catalog.tail_programs[mixed(number_ * 3ULL + draw_.below(2 + number_ % 2), 77) %
                                   catalog.tail_programs.size()];
    }
    if (kind < 0.45 && !own.empty()) return own[draw_.rank(static_cast<uint32_t>(own.size()))];
    return catalog.common_programs[draw_.rank(static_cast<uint32_t>(catalog.common_programs.size()))];
  }

  void programs(double mean) {
    for (uint32_t left = draw_.poisson(mean); left > 0; --left) {
      Event start = event(Kind::process, moment());
      start.item = some_program();
      start.flag = start.item == world_.catalog.common_programs[0] ? 1 : 0;
      send(start);
    }
    if (plan_.department == engineering && draw_.chance(0.1)) {
      // What a developer builds has a new name and a new hash, and runs nowhere else.
      Event start = event(Kind::process, moment());
      start.item = world_.catalog.development_build;
      start.amount = draw_.below(5000);
      send(start);
    }
  }

  void roll_outs() {
    for (const RollOut& one : world_.catalog.roll_outs) {
      const uint64_t luck = mixed(plan_.workstation, static_cast<uint64_t>(one.day));
      if (luck % 20 == 0) continue;  // never gets it
      Millis since = first_moment + one.day * day_length;
      since += luck % 300 == 1
                   ? 2 * hour
                   : 9 * hour + static_cast<Millis>((luck >> 20) % static_cast<uint64_t>(36 * hour));
      if (plan_.end < since) continue;
      Event start = event(Kind::process, std::max(since, plan_.begin) + draw_.between(10, 240) * second);
      start.item = one.program;
      start.flag = 1;
      send(start);
    }
  }

  void connections(double mean) {
    const Catalog& catalog = world_.catalog;
    for (uint32_t left = draw_.poisson(mean); left > 0; --left) {
      Event made = event(Kind::connection, moment());
      if (draw_.chance(0.15)) {
        made.item = catalog.common_programs[0];
        made.extra = some_server();
        made.flag = 1;
        made.amount = draw_.chance(0.7) ? 445 : 3389;
      } else {
        made.item = catalog.common_programs[1 + draw_.rank(8)];
        made.extra = draw_.chance(0.9) ? draw_.rank(catalog.popular_destinations)
                                       : draw_.below(catalog.popular_destinations);
        made.amount = draw_.chance(0.93) ? 443 : 80;
      }
      send(made);
    }
    if (!person_.polls) return;
    // A benign beacon: a widget, a ticker, a sync client of a vendor that hardly anybody else has.
    const uint64_t own = mixed(number_, 0xB0);
    constexpr std::array<Millis, 5> periods{5 * minute, 10 * minute, 15 * minute, 30 * minute, 60 * minute};
    const Millis period = periods[own % 5];
    const double jitter = 0.02 + 0.25 * static_cast<double>(own >> 40 & 0xFF) / 256;
    for (Millis time = plan_.begin + period / 2; time < plan_.end;
         time += static_cast<Millis>(static_cast<double>(period) * draw_.uniform(1 - jitter, 1 + jitter))) {
      Event made = event(Kind::connection, time);
      made.item = catalog.tail_programs[(own >> 8) % catalog.tail_programs.size()];
      made.extra = static_cast<uint32_t>((own >> 16) % catalog.popular_destinations);
      made.amount = 443;
      send(made);
    }
  }

  Address phone() { return world_.networks.random(NetworkKind::mobile, country(), draw_); }
  std::string_view country() const {
    return plan_.travels ? std::string_view(person_.trip.country) : sites()[plan_.site].country;
  }

  void applications(double mean, const Delivery& delivery) {
    const std::vector<uint32_t>& own = world_.catalog.department_applications[plan_.department];
    const Silence outage = delivery.access_outage();
    for (uint32_t left = draw_.poisson(mean * std::min(plan_.activity, 2.5)); left > 0; --left) {
      Event made = event(Kind::access, moment());
      made.item = draw_.chance(0.97) ? own[draw_.rank(static_cast<uint32_t>(own.size()))]
                                     : draw_.below(static_cast<uint32_t>(world_.catalog.applications.size()));
      made.address = draw_.chance(0.12) ? phone() : plan_.seen;
      made.flag = draw_.chance(0.02) ? 1 : 0;
      // Whoever could not log in does so in the quarter of an hour after the outage.
      if (made.time >= outage.from && made.time < outage.to)
        made.time = outage.to + draw_.between(0, 900) * second;
      send(made);
    }
  }

  void requests(double mean) {
    const uint32_t left = draw_.poisson(mean);
    if (left == 0) return;
    // One session; its network changes when the computer goes to lunch or the VPN drops, its agent after an
    // update.
    const uint64_t session = portal_session(world_, number_, day_);
    Address address = plan_.seen;
    uint32_t agent = person_.browser;
    std::vector<Millis> times(left);
    for (Millis& time : times) time = moment();
    std::sort(times.begin(), times.end());
    const bool updates = draw_.chance(0.02);
    for (uint32_t at = 0; at < left; ++at) {
      if (draw_.chance(0.03))
        address = draw_.chance(0.5) ? phone() : plan_.outside == no_address ? plan_.seen : plan_.outside;
      if (updates && at == left / 2) agent = agent / 8 * 8 + (agent + 1) % 8;
      Event made = event(Kind::http, times[at]);
      made.host = portal;
      made.item = at == 0 ? path_login : draw_.chance(0.5) ? path_api : path_product;
      made.extra = draw_.chance(0.97) ? 200 : 403;
      made.address = address;
      made.session = session;
      made.agent = agent;
      made.amount = draw_.below(900);
      send(made);
    }
  }

  void queries(double mean) {
    const Catalog& catalog = world_.catalog;
    for (uint32_t left = draw_.poisson(mean); left > 0; --left) {
      Event made = event(Kind::dns, moment());
      made.item = draw_.rank(static_cast<uint32_t>(catalog.popular_destinations + 2800));
      made.extra = draw_.chance(0.03) ? name_reputation_lookup : draw_.chance(0.06) ? name_cdn : name_plain;
      made.amount = draw_.chance(0.75) ? 1 : draw_.chance(0.8) ? 28 : draw_.chance(0.3) ? 16 : 65;
      made.address = plan_.outside == no_address ? plan_.seen : plan_.outside;
      send(made);
    }
  }

  void calls(double mean) {
    const Catalog& catalog = world_.catalog;
    uint32_t left = draw_.poisson(mean);
    if (left == 0) return;
    const bool console = draw_.chance(0.4);
    const uint32_t agent =
        console ? person_.browser : tool_agent | static_cast<uint32_t>(number_ % catalog.tools.size());
    if (console) {
      Event made = event(Kind::sign_in, moment());
      made.address = plan_.seen;
      made.agent = agent;
      made.flag = draw_.chance(0.04) ? 1 : 0;
      send(made);
    }
    const double pulls = plan_.department == research || plan_.department == finance ? 0.35 : 0.15;
    // Data moves to another place, as planned.
    const double migration = draw_.chance(0.006) ? draw_.uniform(8, 25) : 1;
    for (; left > 0; --left) {
      Event made = event(Kind::call, moment());
      made.address = plan_.seen;
      made.agent = agent;
      if (draw_.chance(pulls)) {
        made.item = catalog.read_object;
        made.extra = draw_.chance(0.95)
                         ? static_cast<uint32_t>(mixed(number_, draw_.below(3)) % catalog.buckets.size())
                         : draw_.below(static_cast<uint32_t>(catalog.buckets.size()));
        made.amount = static_cast<uint64_t>(migration * person_.volume * draw_.log_normal(8e6, 1.3));
      } else {
        made.item = draw_.chance(0.93)
                        ? static_cast<uint32_t>(mixed(number_, 100 + draw_.rank(9)) % catalog.calls.size())
                        : draw_.below(static_cast<uint32_t>(catalog.calls.size()));
        made.extra = static_cast<uint32_t>(mixed(number_, 3) % catalog.buckets.size());
        made.amount = made.item == catalog.read_object ? 200000 : 0;
        made.flag = draw_.chance(0.03) ? 1 : 0;
      }
      send(made);
    }
  }

  const World& world_;
  const Emit& emit_;
  const Person& person_;
  uint32_t number_;
  int day_;
  Random draw_;
  WorkDay plan_;
};

}  // namespace

void people_events(const World& world, const Delivery& delivery, uint32_t person, int day, const Emit& emit) {
  Day(world, emit, person, day).run(delivery);
}

}  // namespace sigrun::bench::scenarios
