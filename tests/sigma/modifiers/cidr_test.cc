#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::matches;
using sigrun::test::refusal_of;

TEST_CASE("cidr: IPv4") {
  CHECK(matches("F|cidr: 10.0.0.0/8", R"({"F":"10.255.0.1"})"));
  CHECK_FALSE(matches("F|cidr: 10.0.0.0/8", R"({"F":"11.0.0.0"})"));
  CHECK(matches("F|cidr: 192.168.128.0/17", R"({"F":"192.168.128.1"})"));
  CHECK_FALSE(matches("F|cidr: 192.168.128.0/17", R"({"F":"192.168.127.255"})"));
  CHECK(matches("F|cidr: 0.0.0.0/0", R"({"F":"8.8.8.8"})"));
  CHECK(matches("F|cidr: 1.2.3.4/32", R"({"F":"1.2.3.4"})"));
  CHECK(matches("F|cidr: 1.2.3.4", R"({"F":"1.2.3.4"})"));
  CHECK(matches("F|cidr: [10.0.0.0/8, 192.0.2.0/24]", R"({"F":["x","192.0.2.7"]})"));
}

TEST_CASE("cidr: IPv6, a zone is ignored") {
  CHECK(matches("F|cidr: '2001:db8::/32'", R"({"F":"2001:DB8:1::1"})"));
  CHECK_FALSE(matches("F|cidr: '2001:db8::/32'", R"({"F":"2001:db9::"})"));
  CHECK(matches("F|cidr: 'fe80::/10'", R"({"F":"fe80::1%12"})"));
  CHECK(matches("F|cidr: '::/0'", R"({"F":"::1"})"));
}

TEST_CASE("cidr: families do not mix, and nothing is guessed") {
  for (const std::string address : {"::ffff:10.0.0.1", "10.0.0.1:80", "[10.0.0.1]", " 10.0.0.1", "10.1", "010.0.0.1", "10.0.0.1%1", "", "x"}) {
    INFO(address);
    CHECK_FALSE(matches("F|cidr: 10.0.0.0/8", "{\"F\":\"" + std::string(address) + "\"}"));
  }
  CHECK_FALSE(matches("F|cidr: '::/0'", R"({"F":"10.0.0.1"})"));
  CHECK_FALSE(matches("F|cidr: 0.0.0.0/0", R"({"F":10})"));
  CHECK_FALSE(matches("F|cidr: 10.0.0.0/8", R"({"F":"10.0.0.1\u0000"})"));
}

TEST_CASE("cidr: what is no network is refused") {
  for (const std::string network : {"10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "/8", "2001:db8::/129", "10.0.0.0/8/8", "*.0.0.0/8"}) {
    INFO(network);
    CHECK(refusal_of("F|cidr: '" + std::string(network) + "'").find("is no network") != std::string::npos);
  }
}
