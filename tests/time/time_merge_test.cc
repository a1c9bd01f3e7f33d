// Which file is read next; and clocks, merge and watermark together.
#include "time/time_merge.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "support/rule_fixture.h"
#include "time/time_stream.h"
#include "time/watermark_of_inputs.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

struct Batch {
  std::optional<int64_t> time;
  bool apart = false;  // from here on
};

// Reads files of such batches; says in which order, as "file:batch" separated by spaces.
struct Reading {
  std::string order;
  size_t most_open = 0, peeks = 0;
};
Reading read_files(const std::vector<std::vector<Batch>>& files, size_t open_files) {
  Limits limits;
  limits.open_files = open_files;
  TimeMerge merge(files.size(), limits);
  Reading reading;
  std::vector<size_t> next(files.size());
  size_t open = 0;
  for (;;) {
    const TimeMerge::Step step = merge.next();
    if (step.action == TimeMerge::Action::done) break;
    const auto& file = files[step.input];
    size_t& batch = next[step.input];
    if (step.action == TimeMerge::Action::peek) ++reading.peeks;
    if (step.action == TimeMerge::Action::open) reading.most_open = std::max(reading.most_open, ++open);
    if (step.action == TimeMerge::Action::deliver) {
      if (!reading.order.empty()) reading.order += ' ';
      reading.order += std::to_string(step.input) + ":" + std::to_string(batch++);
    }
    if (batch < file.size()) {
      if (file[batch].apart && step.action != TimeMerge::Action::peek) merge.set_apart(step.input);
      merge.at(step.input, file[batch].time);
    } else {
      merge.ended(step.input);
      if (step.action != TimeMerge::Action::peek) --open;
    }
  }
  CHECK(open == 0);
  return reading;
}

}  // namespace

TEST_CASE("time merge: batches by time, equal times in the order of inputs") {
  const auto reading = read_files({{{10}, {30}}, {{5}, {10}, {40}}, {{10}}}, 64);
  CHECK(reading.order == "1:0 0:0 1:1 2:0 0:1 1:2");
  CHECK(reading.peeks == 0);
  CHECK(reading.most_open == 3);
}

TEST_CASE("time merge: inputs without time come first, in their order; empty ones not at all") {
  CHECK(read_files({{{10}}, {{}, {}}, {}, {{}}}, 64).order == "1:0 1:1 3:0 0:0");
  CHECK(read_files({}, 64).order == "");
  CHECK(read_files({{}, {}}, 1).order == "");
}

TEST_CASE("time merge: what is set apart waits for all others; of several the first goes first, to its end") {
  const auto reading =
      read_files({{{10}, {1, true}, {2, true}}, {{20}, {90}}, {{5}, {0, true}, {0, true}}}, 64);
  CHECK(reading.order == "2:0 0:0 1:0 1:1 0:1 0:2 2:1 2:2");
  // Those included that are opened later.
  CHECK(read_files({{{10}, {1, true}}, {{20}, {90}}}, 1).order == "0:0 1:0 1:1 0:1");
}

TEST_CASE("limit open_files: files that follow each other are read by time, one open at a time") {
  const auto reading = read_files({{{50}, {60}}, {{10}, {20}}, {{30}, {40}}}, 1);
  CHECK(reading.order == "1:0 1:1 2:0 2:1 0:0 0:1");
  CHECK(reading.peeks == 3);
  CHECK(reading.most_open == 1);
  // More may be open, but none is opened before its time.
  CHECK(read_files({{{50}, {60}}, {{10}, {20}}, {{30}, {40}}}, 2).most_open == 1);
}

TEST_CASE("limit open_files: of files that overlap the rest waits") {
  const std::vector<std::vector<Batch>> files = {{{10}, {40}}, {{20}, {50}}, {{30}, {60}}};
  const auto two = read_files(files, 2);
  CHECK(two.order == "0:0 1:0 0:1 2:0 1:1 2:1");
  CHECK(two.most_open == 2);
  const auto all = read_files(files, 3);
  CHECK(all.order == "0:0 1:0 2:0 0:1 1:1 2:1");
}

namespace {

// Of the events on time; none if there are none.
std::optional<int64_t> earliest_time(std::span<const EventTime> events) {
  std::optional<int64_t> earliest;
  for (const EventTime& event : events)
    if (event.timing == Timing::on_time && (!earliest || event.time < *earliest)) earliest = event.time;
  return earliest;
}

struct Piece {
  std::vector<EventTime> events;
};

// A file of one segment through its clock, in batches.
std::vector<Piece> pieces_of(std::span<const EventStamp> stream, size_t size) {
  const auto decided = decide_file(stream);
  std::vector<Piece> pieces;
  for (const EventTime& event : decided.events) {
    REQUIRE(event.timing != Timing::segment_start);
    if (pieces.empty() || pieces.back().events.size() == size) pieces.emplace_back();
    pieces.back().events.push_back(event);
  }
  return pieces;
}

}  // namespace

TEST_CASE("merged inputs: what is on time in its file is on time for the operators (random files)") {
  std::mt19937_64 random(announce_seed("merged inputs"));
  for (int round = 0; round < 300; ++round) {
    std::vector<std::vector<Piece>> files(1 + random() % 6);
    for (auto& pieces : files) {
      std::vector<EventStamp> stream;
      int64_t time = year_2026 + static_cast<int64_t>(random() % 2000) * seconds;
      for (size_t i = 60 + random() % 400; i-- > 0;) {
        time += static_cast<int64_t>(random() % 8000) * 1'000'000;
        stream.push_back({time - static_cast<int64_t>(random() % 100) * seconds});
      }
      pieces = pieces_of(stream, 1 + random() % 50);
    }

    Limits limits;
    limits.open_files = 1 + random() % 8;
    TimeMerge merge(files.size(), limits);
    WatermarkOfInputs operators;
    std::vector<WatermarkOfInputs::Input> inputs;
    for (const auto& pieces : files)
      inputs.push_back(operators.open(*earliest_time(pieces[0].events) - 120 * seconds));
    std::vector<size_t> next(files.size());
    size_t early = 0;
    for (;;) {
      const auto step = merge.next();
      if (step.action == TimeMerge::Action::done) break;
      const auto& pieces = files[step.input];
      size_t& piece = next[step.input];
      const bool deliver = step.action == TimeMerge::Action::deliver;
      int64_t watermark = never;
      if (deliver) {
        for (const EventTime& event : pieces[piece].events)
          early += event.timing == Timing::on_time && event.time < operators.watermark();
        watermark = pieces[piece++].events.back().watermark;
      }
      if (piece == pieces.size()) {
        operators.close(inputs[step.input]);
        merge.ended(step.input);
        continue;
      }
      if (deliver) operators.update(inputs[step.input], watermark);
      merge.at(step.input, earliest_time(pieces[piece].events));
    }
    CHECK(early == 0);
    for (size_t file = 0; file < files.size(); ++file) CHECK(next[file] == files[file].size());
  }
}
