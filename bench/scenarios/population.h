// Who and what there is: people with their department, site, hours and life events, their workstations,
// servers, service accounts and keys. Made from the seed alone, before the first event; constant afterwards
// but for what scenarios mark (reserved). All people are invented.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calendar.h"
#include "catalog.h"
#include "networks.h"

namespace sigrun::bench::scenarios {

constexpr int never = 1 << 20;

struct Trip {
  int from = never, to = never;  // days, both included
  std::string country;
};

struct Person {
  std::string name;  // m.keller17
  uint8_t department;
  uint8_t site;
  uint8_t new_department;  // from moves_on
  uint8_t new_site;
  int moves_on = never;
  int hired_on = -1000, left_on = never;
  int away_from = never, away_to = never;  // holiday or leave
  Trip trip;
  uint32_t workstation;  // among hosts
  uint32_t new_workstation;
  int replaced_on = never;
  double shift_start;  // hour of the local day
  double activity;     // factor, median 1, heavy tail
  double volume;       // factor for amounts of data, heavier tail
  double remote;       // share of working days at home
  double weekend;      // probability to work on one
  bool cloud;          // has an account of the cloud
  bool admin;
  bool dormant;  // works on the first two days only, and from returns_on
  int returns_on = never;
  bool polls;             // runs a program that polls something (benign)
  bool privacy_vpn;       // uses a consumers' VPN at home at times
  bool reserved = false;  // a scenario has taken this person
  Address home;
  uint32_t home_network_day;  // the provider changes the address on days with this remainder
  uint32_t browser;
};

enum class HostRole : uint8_t { workstation, file_server, domain_controller, application, database, batch };

struct Host {
  std::string name;  // BER-WS00017.corp.example
  uint8_t site;
  HostRole role;
  bool reserved = false;
  int retired_on = never;  // servers: switched off for good (benign)
  uint32_t period;         // servers: seconds between two signs of life
};

struct ServiceAccount {
  std::string name;
  bool cloud_key;   // IAM user with a long-lived key, else an account of the domain
  Address address;  // from where it calls
  std::vector<uint32_t> calls;
  uint32_t period;             // seconds
  int new_network_on = never;  // its runner moves to another network (benign)
  Address new_address;
  int new_calls_on = never;  // a release uses calls that it did not use before (benign)
  bool reserved = false;
};

class Population {
 public:
  Population(const Networks& networks, const Catalog& catalog, uint32_t users, uint64_t seed);

  std::vector<Person> people;
  std::vector<Host> hosts;  // workstations, then servers
  std::vector<ServiceAccount>
      services;                   // 0 monitors, 1 scans, 2 backs up, 3 rolls out; then keys of the cloud
  std::vector<uint32_t> servers;  // all of them, among hosts
  std::vector<uint32_t> file_servers_of_site[16];

  uint8_t department_of(const Person& person, int day) const {
    return day >= person.moves_on ? person.new_department : person.department;
  }
  uint8_t site_of(const Person& person, int day) const {
    return day >= person.moves_on ? person.new_site : person.site;
  }
  uint32_t workstation_of(const Person& person, int day) const {
    return day >= person.replaced_on ? person.new_workstation : person.workstation;
  }
  bool employed(const Person& person, int day) const {
    return day >= person.hired_on && day < person.left_on;
  }
  bool away(const Person& person, int day) const { return day >= person.away_from && day <= person.away_to; }
  bool travels(const Person& person, int day) const {
    return day >= person.trip.from && day <= person.trip.to;
  }
  // A server that the person uses by habit; `choice` picks among a handful.
  uint32_t habitual_server(uint32_t person, uint32_t choice) const;
  uint32_t file_server(uint8_t site, uint32_t choice) const;
  // Index of a person, or, behind the people, of a service account: what events call a user.
  uint32_t service_user(uint32_t service) const { return static_cast<uint32_t>(people.size()) + service; }
  const std::string& user_name(uint32_t user) const {
    return user < people.size() ? people[user].name : services[user - people.size()].name;
  }
};

}  // namespace sigrun::bench::scenarios
