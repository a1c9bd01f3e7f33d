// The internet of the synthetic company: networks with a country, a place and an autonomous system, all
// invented. Addresses are of ranges that nobody can own: TEST-NET-2 and -3 (198.51.100.0/24,
// 203.0.113.0/24) for the company, 240.0.0.0/4 (reserved) for everybody else, 2001:db8::/32 (documentation)
// for mobile carriers. System numbers are of the private range that begins at 4200000000. Built once,
// constant afterwards; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "random.h"

namespace sigrun::bench::scenarios {

enum class NetworkKind : uint8_t { office, company_vpn, home, mobile, hoster, cloud, privacy_vpn };

struct Network {
  NetworkKind kind;
  bool six;
  uint32_t base;  // of IPv4 the address, of IPv6 the third group
  uint8_t length;
  uint32_t hosts;  // how many of its addresses are in use
  std::string country;
  double latitude, longitude;
  uint32_t asn;
};

// A network and a host in it. Nothing: internal_address.
using Address = uint32_t;
constexpr Address no_address = 0xFFFFFFFF;

class Networks {
 public:
  Networks();

  Address address(uint32_t network, uint32_t host) const {
    return network << 16 | host % networks_[network].hosts;
  }
  const Network& of(Address address) const { return networks_[address >> 16]; }
  void append(std::string& out, Address address) const;

  uint32_t office(size_t site) const { return static_cast<uint32_t>(site); }
  Address random(NetworkKind kind, std::string_view country, Random& draw) const;
  // Of any country but those where people or sites are; of a hoster or a home.
  Address random_elsewhere(NetworkKind kind, Random& draw) const;
  Address random_of_kind(NetworkKind kind, Random& draw) const;
  // The hub of the company's VPN that serves a country.
  Address company_vpn(std::string_view country, Random& draw) const;
  // Where people travel to, and customers live.
  const std::vector<std::string>& countries() const { return countries_; }
  // network,country,latitude,longitude,asn with a heading.
  std::string csv() const;

 private:
  void add(NetworkKind kind, bool six, uint32_t base, uint8_t length, uint32_t hosts,
           std::string_view country, double latitude, double longitude, uint32_t asn);

  std::vector<Network> networks_;
  std::vector<std::string> countries_;
  std::vector<std::vector<uint32_t>> of_kind_;
  std::vector<std::vector<uint32_t>> elsewhere_;
};

}  // namespace sigrun::bench::scenarios
