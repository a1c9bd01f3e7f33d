// Machines of the domain: monitoring, signs of life, backups, the vulnerability scanner, roll-outs.
// Regular, and much of it looks like what abuse looks like: beacons, fan-out, reads of thousands of files.
#include "background.h"

namespace sigrun::bench::scenarios {

namespace {

enum Service : uint32_t { monitor, scanner, backup, deployer };

class Machines {
 public:
  Machines(const World& world, int day, const Emit& emit)
      : world_(world),
        population_(world.population),
        emit_(emit),
        day_(day),
        midnight_(first_moment + day * day_length),
        draw_(world.options.seed, 30, 0, static_cast<uint64_t>(day + 1)) {}

  void run() {
    signs_of_life();
    monitoring();
    batch_jobs();
    backups();
    if (day_ % 7 == 1) vulnerability_scan();
    for (const RollOut& one : world_.catalog.roll_outs) {
      if (day_ == one.day || day_ == one.day + 1) roll_out();
    }
  }

 private:
  Event event(Kind kind, Millis time, uint32_t service, uint32_t host) {
    Event made;
    made.kind = kind;
    made.time = time;
    made.user = population_.service_user(service);
    made.host = host;
    made.salt = draw_.next();
    return made;
  }

  // Each server's agent calls its vendor on a timer: a beacon in all but intent.
  void signs_of_life() {
    for (const uint32_t server : population_.servers) {
      const Millis period = population_.hosts[server].period * second;
      Millis at = midnight_ + static_cast<Millis>(mixed(server, 5) % static_cast<uint64_t>(period));
      for (; at < midnight_ + day_length; at += period) {
        Event made = event(Kind::connection, at + draw_.between(-1500, 1500), monitor, server);
        made.item = world_.catalog.monitoring_agent;
        made.extra = 3 + server % 3;
        made.amount = 443;
        emit_(made);
      }
    }
  }

  void monitoring() {
    for (size_t at = 0; at < population_.servers.size() && at < 40; ++at) {
      for (Millis time = midnight_ + static_cast<Millis>(at) * 13 * second; time < midnight_ + day_length;
           time += world_.small() ? 60 * minute : 10 * minute) {
        Event logon = event(Kind::logon, time + draw_.between(-400, 2500), monitor, population_.servers[at]);
        logon.extra = population_.servers[40];
        logon.item = 3;
        emit_(logon);
      }
    }
  }

  void batch_jobs() {
    for (const uint32_t server : population_.servers) {
      if (population_.hosts[server].role != HostRole::batch) continue;
      for (int job = 0; job < 6; ++job) {
        Millis time =
            midnight_ + static_cast<Millis>(mixed(server, static_cast<uint64_t>(job)) % 96) * 15 * minute;
        time += draw_.between(0, 4000);
        const auto runs = draw_.between(1, is_month_end(day_) ? 12 : 4);
        for (int64_t run = 0; run < runs; ++run) {
          Event start = event(Kind::process, time + run * draw_.between(1, 50) * second, monitor, server);
          start.item = world_.catalog.batch_job;
          start.flag = 1;
          emit_(start);
        }
      }
    }
  }

  void backups() {
    for (const uint32_t server : population_.servers) {
      const Site& site = sites()[population_.hosts[server].site];
      Millis time = local_midnight(site, day_) + hour + static_cast<Millis>(server % 40) * 90 * second +
                    draw_.between(0, 20000);
      Event logon = event(Kind::logon, time, backup, server);
      logon.extra = population_.servers[41];
      logon.item = 3;
      emit_(logon);
      if (population_.hosts[server].role != HostRole::file_server) continue;
      for (auto left = draw_.between(100, 350); left > 0; --left) {
        time += draw_.between(20, 2500);
        Event read = event(Kind::share_access, time, backup, server);
        read.extra = population_.servers[41];
        read.item = draw_.below(8);
        const uint64_t folder = draw_.below(4000);
        read.amount = folder << 16 | draw_.below(400);
        emit_(read);
      }
    }
  }

  void vulnerability_scan() {
    const auto hosts = static_cast<uint32_t>(population_.people.size());
    const auto begin = midnight_ + 21 * hour;
    const auto first = static_cast<uint32_t>(day_ / 7 % 3);
    for (uint32_t host = first; host < hosts; host += 3) {
      Event logon = event(Kind::logon, begin + draw_.between(0, 5 * hour), scanner, host);
      logon.extra = population_.servers[42];
      logon.item = 3;
      if (draw_.chance(0.25)) logon.kind = Kind::failed_logon;
      emit_(logon);
    }
  }

  void roll_out() {
    const auto hosts = static_cast<uint32_t>(population_.people.size());
    for (uint32_t left = hosts / 8; left > 0; --left) {
      const uint32_t host = draw_.below(hosts);
      Event logon = event(Kind::logon, midnight_ + draw_.between(6 * hour, 20 * hour), deployer, host);
      logon.extra = population_.servers[43];
      logon.item = 3;
      emit_(logon);
    }
  }

  const World& world_;
  const Population& population_;
  const Emit& emit_;
  int day_;
  Millis midnight_;
  Random draw_;
};

}  // namespace

void machine_events(const World& world, int day, const Emit& emit) { Machines(world, day, emit).run(); }

}  // namespace sigrun::bench::scenarios
