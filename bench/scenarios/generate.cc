// generate: a month of a synthetic company's logs, with labelled abuse. See README.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "background.h"
#include "delivery.h"
#include "scenarios.h"
#include "world.h"
#include "writer.h"

namespace {

using namespace sigrun::bench::scenarios;

bool write_text(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && written;
}

int fail(const std::string& what) {
  std::fprintf(stderr, "generate: %s\n", what.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::string out = "-", labels, geo;
  CLI::App app{"Writes the logs of a synthetic company, in the order of their arrival."};
  app.add_option("--seed", options.seed, "another company, other abuse");
  app.add_option("--users", options.users, "people")->check(CLI::Range(100, 60000));
  app.add_option("--days", options.days, "days from 2026-03-02; the first 14 are for training")
      ->check(CLI::Range(1, 60));
  app.add_option("--scale", options.scale, "factor of the benign activity")->check(CLI::Range(0.05, 20.0));
  app.add_option("-o,--out", out, "events (NDJSON); - is standard output");
  app.add_option("--labels", labels, "what was abuse (NDJSON)");
  app.add_option("--geo", geo, "country, place and system of each network (CSV)");
  CLI11_PARSE(app, argc, argv);

  World world(options);
  Delivery delivery(world);
  std::vector<Event> abuse;
  std::vector<Instance> instances;
  if (options.days > training_days) {
    Stage stage(world, delivery, abuse, instances);
    account_scenarios(stage);
    data_scenarios(stage);
    host_scenarios(stage);
    web_scenarios(stage);
  }
  if (!geo.empty() && !write_text(geo, world.networks.csv())) return fail("cannot write " + geo);

  std::FILE* file = out == "-" ? stdout : std::fopen(out.c_str(), "wb");
  if (file == nullptr) return fail("cannot write " + out);
  Writer writer(world, delivery, instances, file);
  const Emit emit = [&](Event& event) { writer.take(event); };
  for (Event& event : abuse) writer.take(event);
  std::vector<Event>().swap(abuse);
  for (int day = 0; day <= options.days; ++day) {
    for (uint32_t person = 0; person < options.users; ++person)
      people_events(world, delivery, person, day, emit);
    machine_events(world, day, emit);
    cloud_service_events(world, day, emit);
    web_events(world, day, emit);
    if (!writer.flush(first_moment + day * day_length)) return fail("cannot write " + out);
  }
  // Beyond the end: what arrives late.
  const bool written = writer.flush(world.end() + day_length);
  if ((file == stdout ? std::fflush(file) : std::fclose(file)) != 0 || !written)
    return fail("cannot write " + out);
  if (writer.misplaced() != 0) return fail("events of a day that was written already");
  if (!labels.empty() &&
      !write_text(labels, label_lines(options, writer.lines(), instances, look_alikes(world))))
    return fail("cannot write " + labels);
  std::fprintf(stderr, "generate: %llu events, %zu instances of abuse\n",
               static_cast<unsigned long long>(writer.lines()), instances.size());
}
