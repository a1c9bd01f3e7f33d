#include "networks.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "calendar.h"

namespace sigrun::bench::scenarios {

namespace {

struct City {
  const char* country;
  double latitude, longitude;
};

// The first of a country is where its mobile carriers seem to be. Those behind `sites_end` are of countries
// without staff, the last of them (`rare`) even without customers to speak of.
constexpr std::array<City, 47> cities{{
    {"de", 52.52, 13.40},   {"de", 50.11, 8.68},    {"de", 48.14, 11.58},   {"gb", 51.51, -0.13},
    {"gb", 53.48, -2.24},   {"ie", 53.35, -6.26},   {"ie", 51.90, -8.47},   {"fr", 48.86, 2.35},
    {"fr", 45.76, 4.84},    {"us", 40.71, -74.01},  {"us", 37.77, -122.42}, {"us", 41.88, -87.63},
    {"us", 32.78, -96.80},  {"mx", 19.43, -99.13},  {"mx", 20.67, -103.35}, {"br", -23.55, -46.63},
    {"br", -22.91, -43.17}, {"in", 12.97, 77.59},   {"in", 19.08, 72.88},   {"jp", 35.68, 139.69},
    {"jp", 34.69, 135.50},  {"au", -37.81, 144.96}, {"au", -33.87, 151.21}, {"nl", 52.37, 4.90},
    {"es", 40.42, -3.70},   {"it", 41.90, 12.50},   {"pt", 38.72, -9.14},   {"pl", 52.23, 21.01},
    {"ch", 47.37, 8.54},    {"at", 48.21, 16.37},   {"se", 59.33, 18.07},   {"ca", 43.65, -79.38},
    {"sg", 1.35, 103.82},   {"ae", 25.20, 55.27},   {"gr", 37.98, 23.73},   {"za", -26.20, 28.05},
    {"ar", -34.60, -58.38}, {"id", -6.21, 106.85},  {"th", 13.76, 100.50},  {"vn", 10.82, 106.63},
    {"ro", 44.43, 26.10},   {"tr", 41.01, 28.98},   {"ng", 6.52, 3.38},     {"kz", 43.22, 76.85},
    {"md", 47.01, 28.86},   {"pk", 24.86, 67.00},   {"ua", 50.45, 30.52},
}};
constexpr size_t first_elsewhere = 38;  // Thailand and behind

constexpr uint32_t first_asn = 4200000000;

}  // namespace

void Networks::add(NetworkKind kind, bool six, uint32_t base, uint8_t length, uint32_t hosts,
                   std::string_view country, double latitude, double longitude, uint32_t asn) {
  of_kind_[static_cast<size_t>(kind)].push_back(static_cast<uint32_t>(networks_.size()));
  networks_.push_back({kind, six, base, length, hosts, std::string(country), latitude, longitude, asn});
}

Networks::Networks() : of_kind_(7), elsewhere_(7) {
  // One egress of 16 addresses for each site (203.0.113.0/24), behind it everybody is one of few.
  uint32_t base = 0xCB007100;
  for (const Site& site : sites()) {
    add(NetworkKind::office, false, base, 28, 4, site.country, site.latitude, site.longitude, first_asn);
    base += 16;
  }
  // The company's VPN: three hubs, which is where its users seem to be.
  add(NetworkKind::company_vpn, false, 0xC6336400, 28, 6, "de", 50.11, 8.68, first_asn + 1);
  add(NetworkKind::company_vpn, false, 0xC6336410, 28, 6, "us", 39.04, -77.49, first_asn + 1);
  add(NetworkKind::company_vpn, false, 0xC6336420, 28, 6, "sg", 1.35, 103.82, first_asn + 1);

  uint32_t home = 0xF1000000, six = 0x1000, other = 0xF8000000, mobile = 0xF0000000, asn = first_asn + 100;
  for (size_t at = 0; at < cities.size(); ++at) {
    const City& city = cities[at];
    const bool first = at == 0 || std::string_view(cities[at - 1].country) != city.country;
    if (first) {
      asn += 10;
      countries_.emplace_back(city.country);
    }
    for (uint32_t provider = 0; provider < 3; ++provider) {
      add(NetworkKind::home, false, home, 18, 16384, city.country, city.latitude, city.longitude,
          asn + provider);
      home += 0x4000;
    }
    if (!first) continue;
    for (uint32_t carrier = 3; carrier < 5; ++carrier) {
      add(NetworkKind::mobile, false, mobile, 24, 256, city.country, city.latitude, city.longitude,
          asn + carrier);
      add(NetworkKind::mobile, true, six++, 48, 65535, city.country, city.latitude, city.longitude,
          asn + carrier);
      mobile += 256;
    }
    // Half of the countries have a hoster, every third a consumers' VPN that is one system everywhere.
    if (at % 2 == 0)
      add(NetworkKind::hoster, false, other, 20, 4096, city.country, city.latitude, city.longitude, asn + 5);
    other += 4096;
    if (at % 3 == 0) {
      add(NetworkKind::privacy_vpn, false, other, 22, 1024, city.country, city.latitude, city.longitude,
          first_asn + 50 + static_cast<uint32_t>(at / 3 % 3));
    }
    other += 4096;
  }
  add(NetworkKind::cloud, false, 0xFA000000, 16, 65535, "de", 50.11, 8.68, first_asn + 10);
  add(NetworkKind::cloud, false, 0xFA010000, 16, 65535, "us", 39.04, -77.49, first_asn + 10);
  add(NetworkKind::cloud, false, 0xFA020000, 16, 65535, "ie", 53.35, -6.26, first_asn + 10);
  add(NetworkKind::cloud, false, 0xFA030000, 16, 65535, "us", 45.60, -121.18, first_asn + 11);

  for (size_t kind = 0; kind < of_kind_.size(); ++kind) {
    for (const uint32_t at : of_kind_[kind]) {
      for (size_t city = first_elsewhere; city < cities.size(); ++city) {
        if (networks_[at].country == cities[city].country) elsewhere_[kind].push_back(at);
      }
    }
  }
}

void Networks::append(std::string& out, Address address) const {
  const Network& network = of(address);
  const uint32_t host = address & 0xFFFF;
  char text[48];
  int length = 0;
  if (network.six) {
    length =
        std::snprintf(text, sizeof text, "2001:db8:%x:%x::%x", network.base, host & 0xFF, (host >> 4) + 1);
  } else {
    uint32_t value = network.base + host + (network.length >= 24 ? 1 : 0);
    if (network.length >= 24 && host + 1 >= network.hosts && network.hosts == 256) value = network.base;
    for (int part = 24; part >= 0; part -= 8) {
      uint32_t octet = value >> part & 0xFF;
      if (octet >= 100) text[length++] = static_cast<char>('0' + octet / 100);
      if (octet >= 10) text[length++] = static_cast<char>('0' + octet / 10 % 10);
      text[length++] = static_cast<char>('0' + octet % 10);
      if (part != 0) text[length++] = '.';
    }
  }
  out.append(text, static_cast<size_t>(length));
}

Address Networks::random(NetworkKind kind, std::string_view country, Random& draw) const {
  const std::vector<uint32_t>& all = of_kind_[static_cast<size_t>(kind)];
  const auto start = draw.below(static_cast<uint32_t>(all.size()));
  const uint32_t host = draw.below(65536);
  for (size_t step = 0; step < all.size(); ++step) {
    const uint32_t at = all[(start + step) % all.size()];
    if (networks_[at].country == country) return address(at, host);
  }
  return address(all[start], host);
}

Address Networks::random_elsewhere(NetworkKind kind, Random& draw) const {
  const std::vector<uint32_t>& all = elsewhere_[static_cast<size_t>(kind)];
  const uint32_t network = all[draw.below(static_cast<uint32_t>(all.size()))];
  return address(network, draw.below(65536));
}

Address Networks::random_of_kind(NetworkKind kind, Random& draw) const {
  const std::vector<uint32_t>& all = of_kind_[static_cast<size_t>(kind)];
  const uint32_t network = all[draw.below(static_cast<uint32_t>(all.size()))];
  return address(network, draw.below(65536));
}

Address Networks::company_vpn(std::string_view country, Random& draw) const {
  static constexpr std::array<std::string_view, 4> american{"us", "mx", "br", "ca"};
  static constexpr std::array<std::string_view, 5> asian{"in", "jp", "au", "sg", "id"};
  size_t hub = 0;
  if (std::find(american.begin(), american.end(), country) != american.end()) hub = 1;
  if (std::find(asian.begin(), asian.end(), country) != asian.end()) hub = 2;
  if (draw.chance(0.04)) hub = draw.below(3);  // by hand, or the nearest is full
  return address(of_kind_[static_cast<size_t>(NetworkKind::company_vpn)][hub], draw.below(6));
}

std::string Networks::csv() const {
  std::string out = "network,country,latitude,longitude,asn\n";
  char line[120];
  for (const Network& network : networks_) {
    int length = 0;
    if (network.six) {
      length = std::snprintf(line, sizeof line, "2001:db8:%x::/48", network.base);
    } else {
      length =
          std::snprintf(line, sizeof line, "%u.%u.%u.%u/%u", network.base >> 24, network.base >> 16 & 255,
                        network.base >> 8 & 255, network.base & 255, network.length);
    }
    out.append(line, static_cast<size_t>(length));
    length = std::snprintf(line, sizeof line, ",%s,%.2f,%.2f,%u\n", network.country.c_str(), network.latitude,
                           network.longitude, network.asn);
    out.append(line, static_cast<size_t>(length));
  }
  return out;
}

}  // namespace sigrun::bench::scenarios
