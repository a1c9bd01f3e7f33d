// All that is constant while events are made: options, networks, catalogue, population.
#pragma once

#include <cstdint>

#include "catalog.h"
#include "networks.h"
#include "population.h"

namespace sigrun::bench::scenarios {

constexpr int training_days = 14;  // no abuse before day 14 (the fifteenth), nothing scored either

struct Options {
  uint64_t seed = 1;
  uint32_t users = 10000;
  int days = 30;
  double scale = 1;  // of the activity, not of the abuse
};

struct World {
  explicit World(const Options& chosen)
      : options(chosen),
        catalog(networks, chosen.seed),
        population(networks, catalog, chosen.users, chosen.seed) {}

  // Small companies have less of what else runs day and night.
  bool small() const { return options.users < 2000; }
  Millis end() const { return first_moment + options.days * day_length; }

  Options options;
  Networks networks;
  Catalog catalog;
  Population population;
};

}  // namespace sigrun::bench::scenarios
