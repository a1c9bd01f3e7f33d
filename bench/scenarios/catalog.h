// The things that people and machines use: programs, destinations on the net, applications, interfaces of the
// cloud, browsers. Filled by the constructor; scenarios add theirs before the first event is made, constant
// afterwards. All names are invented or those that Windows and AWS document.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "networks.h"

namespace sigrun::bench::scenarios {

constexpr size_t department_count = 11;
enum Department : uint8_t {
  engineering,
  operations,
  research,
  sales,
  finance,
  people_team,
  support,
  manufacturing,
  marketing,
  legal,
  executives
};

struct Program {
  std::string image;    // as JSON text; {u} is the user's name, {n} a number of the event's own
  std::string command;  // arguments, as JSON text
  std::string parent;
  uint64_t build;     // its hash; another one makes another program
  int new_build_day;  // from that day on hosts change to another build within two days; -1: never
};

struct Destination {
  std::string name;
  Address address;
};

struct CloudCall {
  const char* source;
  const char* name;
  bool read_only;
};

// A new program that reaches nearly all workstations within two days, a few of them hours before the others.
struct RollOut {
  uint32_t program;
  int day;
};

struct Agent {
  std::string text;  // User-Agent
  std::string ja4;   // fingerprint of its TLS
};

class Catalog {
 public:
  Catalog(const Networks& networks, uint64_t seed);

  std::vector<Program> programs;
  std::vector<uint32_t> common_programs;  // by popularity
  std::vector<uint32_t> department_programs[department_count];
  std::vector<uint32_t> tail_programs;  // tools that few have
  std::vector<RollOut> roll_outs;
  uint32_t monitoring_agent, batch_job;   // of servers
  uint32_t development_build;             // a program of its own at each run
  std::vector<Destination> destinations;  // by popularity
  uint32_t popular_destinations;
  std::vector<std::string> domains;       // asked of Gateway, by popularity
  std::vector<std::string> applications;  // behind Access
  std::vector<uint32_t> department_applications[department_count];
  std::vector<CloudCall> calls;
  uint32_t read_object;  // among calls: s3 GetObject
  std::vector<std::string> buckets;
  std::vector<Agent> browsers;     // of people
  std::vector<Agent> tools;        // of programs
  std::vector<std::string> zones;  // public sites: shop.de.example …
  std::vector<std::string> shares;

  uint32_t add_program(Program program);
  uint32_t add_destination(Destination destination);
  uint32_t add_domain(std::string name);
  uint32_t add_agent(Agent agent);  // to browsers
  uint32_t call(const char* name) const;
};

}  // namespace sigrun::bench::scenarios
