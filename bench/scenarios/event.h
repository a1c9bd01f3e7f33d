// One event before it is written: numbers that point into the catalogue and the population. What a member
// means depends on the kind.
#pragma once

#include <cstdint>

#include "calendar.h"
#include "networks.h"

namespace sigrun::bench::scenarios {

enum class Kind : uint8_t {
  logon,         // Security 4624: item = logon type, extra = host it comes from (or nothing)
  failed_logon,  // 4625: the same, flag = why (0 wrong password, 1 expired, 2 no such user)
  logoff,        // 4634
  admin_logon,   // 4672
  share_access,  // 5145: item = share, amount = file, extra = host it comes from, flag = 1 written
  process,       // Sysmon 1: item = program, amount = number in its name, flag = 1 as SYSTEM
  connection,    // Sysmon 3: item = program, extra = destination (flag = 1: a host), amount = port
  call,          // CloudTrail: item = call, extra = bucket, amount = bytes, agent, flag = 1 denied
  sign_in,       // CloudTrail ConsoleLogin: agent, flag = 1 failed
  http,    // Cloudflare: host = zone, item = path, amount = number in it, extra = status, session, agent
  access,  // Cloudflare Access: item = application, flag = 1 refused
  dns,     // Gateway: item = domain, extra = how its name is made, amount = record type
};

constexpr uint32_t nothing = 0xFFFFFFFF;
constexpr uint32_t portal = 1000;  // as a zone: the staff's own site

enum Path : uint32_t {
  path_home,
  path_product,
  path_cart,
  path_login,
  path_api,
  path_static,
  path_search,
  path_busting,
  path_health
};

// Extra of dns.
enum NameForm : uint32_t { name_plain, name_reputation_lookup, name_tunnel, name_cdn };

struct Event {
  Millis time = 0;
  Millis arrival = 0;  // when it reaches the log: the order of output
  uint64_t order = 0;  // among equal arrivals
  uint64_t salt = 0;   // for its identity
  uint64_t amount = 0;
  uint64_t session = 0;
  uint32_t user = nothing;
  uint32_t host = nothing;
  Address address = no_address;
  uint32_t item = 0;
  uint32_t extra = nothing;
  uint32_t agent = 0;
  uint32_t label = 0;  // 0, or 1 + the number of the abuse it belongs to
  Kind kind = Kind::logon;
  uint8_t flag = 0;
};

// A program's agent in `call` instead of a browser.
constexpr uint32_t tool_agent = 0x80000000;

}  // namespace sigrun::bench::scenarios
