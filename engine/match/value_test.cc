#include "match/value_test.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "event/timestamp.h"
#include "match/text_match.h"

namespace sigrun {
namespace {

bool compare(std::strong_ordering order, sigma::Order wanted) {
  switch (wanted) {
    case sigma::Order::equal: return order == 0;
    case sigma::Order::less: return order < 0;
    case sigma::Order::less_equal: return order <= 0;
    case sigma::Order::greater: return order > 0;
    case sigma::Order::greater_equal: return order >= 0;
  }
  return false;
}

struct Tester {
  EventValue& value;
  SlotTable& table;

  bool has_text() const { return SlotTable::has_text(value); }

  bool operator()(const TextTest& test) const {
    return has_text() && text_matches(test, test.cased ? table.text(value) : table.folded(value));
  }

  bool operator()(const AnyTextTest& any) const {
    return std::any_of(any.tests.begin(), any.tests.end(),
                       [&](const TextTest& test) { return (*this)(test); });
  }

  bool operator()(const RegexTest& test) const {
    if (!has_text()) return false;
    return test.regex->matches(table.text(value), table.folded(value));
  }

  // A JSON number of the same value, or text that is the number's canonical decimal form.
  bool operator()(const NumberTest& test) const {
    if (value.kind == ValueKind::number) {
      auto number = DecimalView::from_json(value.raw);
      return number && *number == test.number.view();
    }
    return value.kind == ValueKind::text && table.text(value) == test.canonical;
  }

  bool operator()(const sigma::BoolEquals& test) const {
    if (value.kind == ValueKind::truth) return value.truth == test.truth;
    return value.kind == ValueKind::text && table.folded(value) == (test.truth ? "true" : "false");
  }

  bool operator()(const sigma::NumberCompare& test) const {
    std::optional<DecimalView> number;
    if (value.kind == ValueKind::number) number = DecimalView::from_json(value.raw);
    // Padding with zeros does not change a number.
    if (value.kind == ValueKind::text) number = DecimalView::from_padded(table.text(value));
    return number && compare(*number <=> test.bound.view(), test.order);
  }

  bool operator()(const sigma::TimePartCompare& test) const {
    std::optional<DateParts> parts;
    if (value.kind == ValueKind::number) parts = parts_of_epoch_seconds(value.raw);
    if (value.kind == ValueKind::text) parts = parse_date(table.text(value));
    if (!parts) return false;
    int number = 0;
    switch (test.part) {
      case sigma::TimePart::minute: number = parts->minute; break;
      case sigma::TimePart::hour: number = parts->hour; break;
      case sigma::TimePart::day: number = parts->day; break;
      case sigma::TimePart::week: number = iso_week(*parts); break;
      case sigma::TimePart::month: number = parts->month; break;
      case sigma::TimePart::year: number = parts->year; break;
    }
    bool of_the_clock = test.part == sigma::TimePart::minute || test.part == sigma::TimePart::hour;
    if (of_the_clock && !parts->has_time) return false;
    return compare(Decimal(number) <=> test.bound, test.order);
  }

  bool operator()(const sigma::CidrBlock& block) const {
    if (value.kind != ValueKind::text) return false;
    std::string_view text = table.text(value);
    if (block.v6) text = text.substr(0, text.find('%'));  // the zone of a link-local address
    char address_text[INET6_ADDRSTRLEN + 1];
    if (text.size() >= sizeof address_text) return false;
    std::memcpy(address_text, text.data(), text.size());
    address_text[text.size()] = '\0';
    uint8_t address[16] = {};
    if (std::strlen(address_text) != text.size() ||
        inet_pton(block.v6 ? AF_INET6 : AF_INET, address_text, address) != 1)
      return false;
    size_t whole = block.prefix / 8u, rest = block.prefix % 8u;
    if (std::memcmp(address, block.address.data(), whole) != 0) return false;
    return rest == 0 || (address[whole] ^ block.address[whole]) >> (8 - rest) == 0;
  }

  bool operator()(const sigma::IsNull&) const { return false; }
  bool operator()(const sigma::Exists&) const { return false; }
  bool operator()(const FieldReferenceTest&) const { return false; }
};

}  // namespace

bool value_satisfies(const Test& test, EventValue& value, SlotTable& table) {
  return std::visit(Tester{value, table}, test);
}

bool values_agree(const FieldReferenceTest& test, EventValue& value, EventValue& other, SlotTable& table) {
  if (!SlotTable::has_text(value) || !SlotTable::has_text(other)) return false;
  std::string_view text = test.cased ? table.text(value) : table.folded(value);
  std::string_view part = test.cased ? table.text(other) : table.folded(other);
  switch (test.mode) {
    case sigma::FieldReference::Mode::whole: {
      if (text == part) return true;
      if (value.kind != ValueKind::number || other.kind != ValueKind::number) return false;
      auto a = DecimalView::from_json(value.raw), b = DecimalView::from_json(other.raw);
      return a && b && *a == *b;
    }
    case sigma::FieldReference::Mode::starts_with: return text.starts_with(part);
    case sigma::FieldReference::Mode::ends_with: return text.ends_with(part);
    case sigma::FieldReference::Mode::contains: return text.find(part) != text.npos;
  }
  return false;
}

}  // namespace sigrun
