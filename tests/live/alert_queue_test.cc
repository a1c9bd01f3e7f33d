// What the queue holds back, drops, waits for and says about it.
#include "live/alert_queue.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "live/live_fixture.h"

using namespace sigrun;
using test::noon;
using test::second;

namespace {

std::vector<std::string> take_all(AlertQueue& queue, bool acknowledges = true) {
  std::vector<std::string> alerts;
  queue.take(0, SIZE_MAX, [&](uint64_t sequence, const std::string& json) {
    alerts.push_back(json);
    if (acknowledges) queue.acknowledge(sequence);
    return AlertQueue::Answer::more;
  });
  return alerts;
}

}  // namespace

TEST_SUITE("alert queue") {
  TEST_CASE("a rule beyond its rate is held back, and a health alert says how much") {
    LiveOptions options;
    options.alert_rate = 3;
    AlertQueue queue("", options);
    REQUIRE(queue.open());
    for (int i = 0; i < 10; ++i) queue.put("loud", "{\"n\":" + std::to_string(i) + "}", noon + i);
    queue.put("quiet", "{}", noon);
    queue.tick(noon + 59 * second);
    CHECK(take_all(queue).size() == 4);
    CHECK(queue.counters().held_back == 7);
    queue.tick(noon + 61 * second);
    const auto said = take_all(queue);
    REQUIRE(said.size() == 1);
    CHECK(said[0].find("rule loud raised 10 alerts from 2026-11-22T12:00:00.000Z on; 7 of them were held back") != std::string::npos);
    const auto value = test::parse_json(said[0]);
    REQUIRE(value);
    CHECK(test::alert_schema_problem(*value) == "");
    queue.put("loud", "{}", noon + 62 * second);
    CHECK(take_all(queue).size() == 1);
  }

  TEST_CASE("block: who has an alert waits until there is room") {
    LiveOptions options;
    options.spool_size = 1 << 20;
    AlertQueue queue("", options);
    REQUIRE(queue.open());
    constexpr size_t alerts = 3000;
    std::atomic<size_t> put{0};
    std::thread producer([&] {
      for (size_t i = 0; i < alerts; ++i, ++put) queue.put("r", std::string(1000, 'a'), noon);
    });
    while (!queue.blocks()) std::this_thread::yield();
    CHECK(put < alerts);
    size_t taken = 0, health = 0;
    while (taken < alerts) {
      for (const std::string& alert : take_all(queue)) (alert[0] == 'a' ? taken : health) += 1;
    }
    producer.join();
    CHECK(taken == alerts);
    CHECK(health == 1);
    CHECK(queue.counters().lost == 0);
  }

  TEST_CASE("block, hurried: nobody waits, and nothing is lost or out of order") {
    LiveOptions options;
    options.spool_size = 1 << 20;
    AlertQueue queue("", options);
    REQUIRE(queue.open());
    constexpr size_t alerts = 3000;
    const auto text = [](size_t i) { return std::to_string(10'000 + i) + std::string(1000, 'a'); };
    std::thread producer([&] {
      for (size_t i = 0; i < alerts; ++i) queue.put("r", text(i), noon);
    });
    while (!queue.blocks()) std::this_thread::yield();
    queue.hurry();
    producer.join();  // although nobody has taken anything
    CHECK(queue.counters().alerts == alerts + 1);
    CHECK(queue.counters().bytes > alerts * 1000);
    std::string problem;
    CHECK_FALSE(queue.sync(problem));
    CHECK(problem == "alerts wait in memory: the spool is full");
    CHECK(queue.blocks());
    queue.unhurry();
    size_t next = 0;
    for (int tries = 0; next < alerts && tries < 100; ++tries)
      for (const std::string& alert : take_all(queue))
        if (alert[0] == '1') CHECK(alert == text(next++));
    CHECK(next == alerts);
    CHECK(queue.sync(problem));
    CHECK_FALSE(queue.blocks());
    CHECK(queue.counters().lost == 0);
    CHECK(queue.counters().queued == queue.counters().taken);
  }

  TEST_CASE("drop-oldest: what is dropped is counted and said") {
    LiveOptions options;
    options.spool_size = 1 << 20;
    options.spool_full = LiveOptions::SpoolFull::drop_oldest;
    AlertQueue queue("", options);
    REQUIRE(queue.open());
    for (size_t i = 0; i < 3000; ++i) queue.put("r", std::string(1000, 'a'), noon);
    size_t taken = 0, health = 0;
    for (const std::string& alert : take_all(queue)) (alert[0] == 'a' ? taken : health) += 1;
    CHECK(queue.counters().lost > 1000);
    // What told so was dropped in its turn, and told again.
    CHECK(taken + health + queue.counters().lost == 3000 + queue.counters().health);
    CHECK(health >= 1);
    CHECK(queue.counters().health < 10);
  }

  TEST_CASE("a queue that is closed makes nobody wait and loses nothing") {
    cli::TemporaryFolder folder;
    LiveOptions options;
    options.spool_size = 1 << 20;
    {
      AlertQueue queue(folder.path("alerts"), options);
      REQUIRE(queue.open());
      std::thread producer([&] {
        for (size_t i = 0; i < 1500; ++i) queue.put("r", std::string(1000, 'a'), noon);
      });
      while (!queue.blocks()) std::this_thread::yield();
      queue.close();
      producer.join();
      CHECK(queue.counters().lost == 0);
    }
    AlertQueue queue(folder.path("alerts"), options);
    REQUIRE(queue.open());
    CHECK(take_all(queue).size() == 1501);  // and a health alert
  }

  TEST_CASE("taking: waiting, stopping, not taking") {
    AlertQueue queue("", {});
    REQUIRE(queue.open());
    std::thread waker([&] { queue.wake(); });
    CHECK(queue.take(60'000, 1, [](uint64_t, const std::string&) { return AlertQueue::Answer::more; }) == 0);
    waker.join();
    std::thread producer([&] { queue.put("r", "1", noon); });
    CHECK(queue.take(60'000, 1, [](uint64_t, const std::string&) { return AlertQueue::Answer::more; }) == 1);
    producer.join();
    for (const char* alert : {"2", "3", "4"}) queue.put("r", alert, noon);
    CHECK(queue.take(0, 9, [](uint64_t, const std::string& json) {
      return json == "3" ? AlertQueue::Answer::not_taken : AlertQueue::Answer::more;
    }) == 1);
    CHECK(queue.take(0, 9, [](uint64_t, const std::string& json) {
      CHECK(json == "3");
      return AlertQueue::Answer::enough;
    }) == 1);
    queue.rewind();
    CHECK(take_all(queue) == std::vector<std::string>{"1", "2", "3", "4"});
  }
}
