#include "support/decimal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "support/rule_fixture.h"

using sigrun::Decimal;

namespace {

std::string canonical(const char* json) {
  auto number = Decimal::from_json(json);
  return number ? number->canonical() : "none";
}

}  // namespace

TEST_CASE("decimal: equal values have one canonical form") {
  CHECK(canonical("4624") == "4624");
  CHECK(canonical("1.0") == "1");
  CHECK(canonical("10e-1") == "1");
  CHECK(canonical("1E+2") == "100");
  CHECK(canonical("-1.50") == "-1.5");
  CHECK(canonical("0.001") == "0.001");
  CHECK(canonical("1e-3") == "0.001");
  CHECK(canonical("-0") == "0");
  CHECK(canonical("0e99") == "0");
  CHECK(canonical("0.0") == "0");
  CHECK(*Decimal::from_json("10e-1") == Decimal(1));
  CHECK(*Decimal::from_json("-0.0") == Decimal(0));
}

TEST_CASE("decimal: integers beyond 2^53 are exact") {
  CHECK(*Decimal::from_json("9007199254740993") != *Decimal::from_json("9007199254740992"));
  CHECK(*Decimal::from_json("18446744073709551615") > *Decimal::from_json("18446744073709551614"));
}

TEST_CASE("decimal: what is no JSON number") {
  for (const std::string text : {"", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_000", " 1", "1 ", "NaN", "Infinity", "--1", "1.2.3"}) {
    INFO(text);
    CHECK_FALSE(Decimal::from_json(text));
  }
}

TEST_CASE("decimal: limits of JSON numbers are 64 bits for integers, a double's for the others") {
  CHECK(Decimal::from_json("18446744073709551615"));
  CHECK_FALSE(Decimal::from_json("18446744073709551616"));
  CHECK(Decimal::from_json("-9223372036854775808"));
  CHECK_FALSE(Decimal::from_json("-9223372036854775809"));
  CHECK(Decimal::from_json("1.7976931348623157e308"));
  CHECK_FALSE(Decimal::from_json("1.8e308"));
  CHECK_FALSE(Decimal::from_json("1e309"));
  CHECK_FALSE(Decimal::from_json("1e400"));
  CHECK_FALSE(Decimal::from_json("1e99999999999999999999"));
  CHECK(Decimal::from_json("1e-400"));
}

TEST_CASE("decimal: plain text has no exponent, plus sign, space or leading zero") {
  for (const std::string text : {"1e0", "+1", " 1", "01", "00", "1.", ".5", "-", "inf", "nan", "0x1"}) {
    INFO(text);
    CHECK_FALSE(Decimal::from_plain(text));
  }
  CHECK(Decimal::from_plain("0"));
  CHECK(Decimal::from_plain("-12.50")->canonical() == "-12.5");
  CHECK(Decimal::from_plain("123456789012345678901234567890")->canonical() == "123456789012345678901234567890");
}

TEST_CASE("decimal: order") {
  std::vector<const char*> ascending = {"-1e300", "-100", "-99.5", "-1", "-0.5", "-1e-300", "0", "1e-300", "0.5", "0.51", "1", "1.5", "2", "10", "11", "100", "1e300"};
  for (size_t i = 0; i < ascending.size(); ++i)
    for (size_t k = 0; k < ascending.size(); ++k) {
      INFO(ascending[i], " and ", ascending[k]);
      CHECK((*Decimal::from_json(ascending[i]) < *Decimal::from_json(ascending[k])) == (i < k));
      CHECK((*Decimal::from_json(ascending[i]) == *Decimal::from_json(ascending[k])) == (i == k));
    }
}

TEST_CASE("decimal: a view says what a number says, wherever its point and its zeros are") {
  using sigrun::DecimalView;
  for (const char* same :
       {"1234.5", "1.2345e3", "12345e-1", "1234.500", "123450e-2", "0.12345e4", "0.0012345E+6"}) {
    CAPTURE(same);
    auto view = DecimalView::from_json(same);
    REQUIRE(view);
    CHECK(*view == Decimal::from_plain("1234.5")->view());
    CHECK(*view < Decimal::from_plain("1234.51")->view());
    CHECK(*view > Decimal::from_plain("1234.4999")->view());
    REQUIRE(view->canonical_size() == 6);
    std::string canonical(6, ' ');
    view->write_canonical(canonical.data());
    CHECK(canonical == "1234.5");
  }
  for (const char* zero : {"0", "-0", "0.000", "0e7", "-0.0e-3"})
    CHECK(*DecimalView::from_json(zero) == Decimal().view());
  CHECK(*DecimalView::from_padded("-007.50") == Decimal::from_plain("-7.5")->view());
  CHECK(*DecimalView::from_padded("000") == Decimal().view());
  CHECK_FALSE(DecimalView::from_padded("00-7"));
  CHECK_FALSE(DecimalView::from_plain("007"));
  CHECK(DecimalView::from_json("1e-999999")->canonical_size() == 1'000'001);
}

TEST_CASE("decimal: random integers order and print as the machine's do") {
  std::mt19937_64 random(sigrun::test::announce_seed("decimal"));
  for (int i = 0; i < 2000; ++i) {
    auto a = static_cast<int64_t>(random() >> (random() % 64)) * (random() % 2 ? 1 : -1);
    auto b = static_cast<int64_t>(random() >> (random() % 64)) * (random() % 2 ? 1 : -1);
    CAPTURE(a);
    CAPTURE(b);
    REQUIRE(Decimal(a).canonical() == std::to_string(a));
    REQUIRE((Decimal(a) <=> Decimal(b)) == (a <=> b));
    REQUIRE(*Decimal::from_json(std::to_string(a)) == Decimal(a));
  }
}
