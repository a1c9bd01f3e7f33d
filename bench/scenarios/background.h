// What happens without any abuse. Each function makes the events of one entity (or one kind of machine) and
// one day, from a generator of its own, so that they can be made in any order. No event of a day is earlier
// than 24 hours before it begins in UTC; some are of the next one.
#pragma once

#include <functional>

#include "delivery.h"
#include "event.h"
#include "world.h"

namespace sigrun::bench::scenarios {

// Takes an event; its arrival and order are not set.
using Emit = std::function<void(Event&)>;

// Where a person works on a day, and when. Scenarios that hide among a person's habits ask for it too.
struct WorkDay {
  bool works = false;
  bool remote = false;
  bool travels = false;
  Millis begin = 0, end = 0;
  Address outside = no_address;  // at home or on the way
  Address seen = no_address;     // by services on the internet
  uint32_t workstation = 0;
  uint8_t site = 0, department = 0;
  double activity = 1;
};

WorkDay work_day(const World& world, uint32_t person, int day);
// The address that a person's home has on a day.
Address home_address(const World& world, uint32_t person, int day);

// The session of a person at the staff's portal.
uint64_t portal_session(const World& world, uint32_t person, int day);

void people_events(const World& world, const Delivery& delivery, uint32_t person, int day, const Emit& emit);
void machine_events(const World& world, int day, const Emit& emit);
void cloud_service_events(const World& world, int day, const Emit& emit);
void web_events(const World& world, int day, const Emit& emit);

}  // namespace sigrun::bench::scenarios
