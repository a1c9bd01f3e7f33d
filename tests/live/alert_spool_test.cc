// Alerts come out in their order, once for each time that they are not acknowledged, whatever happened to the files.
#include "live/alert_spool.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command_fixture.h"

using namespace sigrun;
using Added = AlertSpool::Added;

namespace {

std::vector<std::string> read_all(AlertSpool& spool, std::vector<uint64_t>* sequences = nullptr) {
  std::vector<std::string> alerts;
  std::string alert;
  uint64_t sequence = 0, last = 0;
  while (spool.read(alert, sequence)) {
    CHECK(sequence > last);
    last = sequence;
    alerts.push_back(alert);
    if (sequences) sequences->push_back(sequence);
  }
  return alerts;
}

std::string alert_of(size_t i) { return "{\"alert\":" + std::to_string(i) + ",\"more\":\"" + std::string(i * 7 % 90, 'x') + "\"}"; }

std::string only_segment(const std::string& folder) {
  std::string path;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".alerts") path = entry.path().string();
  return path;
}

}  // namespace

TEST_SUITE("alert spool") {
  TEST_CASE("in memory and in a folder: order, acknowledging, rewinding") {
    cli::TemporaryFolder folder;
    for (const std::string& where : {std::string(), folder.path("alerts")}) {
      AlertSpool spool(where, 1 << 20);
      REQUIRE(spool.open());
      CHECK(spool.empty());
      for (size_t i = 1; i <= 5; ++i) CHECK(spool.add(alert_of(i)) == Added::added);
      CHECK(spool.waiting() == 5);
      std::vector<uint64_t> sequences;
      CHECK(read_all(spool, &sequences) == std::vector<std::string>{alert_of(1), alert_of(2), alert_of(3), alert_of(4), alert_of(5)});
      CHECK(sequences == std::vector<uint64_t>{1, 2, 3, 4, 5});
      CHECK(spool.empty());
      CHECK(spool.unacknowledged() == 5);
      spool.acknowledge(2);
      spool.rewind();
      CHECK(read_all(spool) == std::vector<std::string>{alert_of(3), alert_of(4), alert_of(5)});
      spool.acknowledge(5);
      CHECK(spool.unacknowledged() == 0);
      CHECK(spool.bytes() == 0);
      CHECK(spool.add(alert_of(6)) == Added::added);
      CHECK(read_all(spool) == std::vector<std::string>{alert_of(6)});
      spool.unread();
      CHECK(read_all(spool) == std::vector<std::string>{alert_of(6)});
    }
  }

  TEST_CASE("another process goes on where the last was") {
    cli::TemporaryFolder folder;
    for (size_t run = 0; run < 4; ++run) {
      AlertSpool spool(folder.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      std::vector<uint64_t> sequences;
      std::vector<std::string> expected;
      if (run > 0) expected = {alert_of(2 * run), alert_of(2 * run + 1)};
      CHECK(read_all(spool, &sequences) == expected);
      CHECK(spool.add(alert_of(2 * run + 2)) == Added::added);
      CHECK(spool.add(alert_of(2 * run + 3)) == Added::added);
      CHECK(read_all(spool, &sequences).size() == 2);
      // The first of the two is still to be delivered.
      spool.acknowledge(sequences[sequences.size() - 1] - 2 + (run == 0 ? 0 : 0));
      CHECK(spool.damaged() == 0);
    }
  }

  TEST_CASE("the bound") {
    cli::TemporaryFolder folder;
    for (const std::string& where : {std::string(), folder.path("alerts")}) {
      constexpr size_t most = 64 << 10;
      AlertSpool spool(where, most);
      REQUIRE(spool.open());
      const std::string alert(1000, 'a');
      size_t added = 0;
      while (spool.add(alert) == Added::added) ++added;
      CHECK(added > 50);
      CHECK(spool.bytes() <= most);
      std::string first;
      uint64_t sequence = 0;
      REQUIRE(spool.read(first, sequence));
      const uint64_t dropped = spool.drop_oldest();
      CHECK(dropped > 0);
      CHECK(dropped < added / 4);
      CHECK(spool.add(alert) == Added::added);
      std::vector<uint64_t> sequences;
      // One had been taken.
      CHECK(read_all(spool, &sequences).size() == added + 1 - dropped - 1);
      CHECK(sequences.front() == dropped + 2);
      CHECK(spool.add(alert, true) == Added::added);
      spool.acknowledge(UINT64_MAX);
      CHECK(spool.bytes() == 0);
      CHECK(spool.add(alert) == Added::added);
      CHECK(read_all(spool, &sequences) == std::vector<std::string>{alert});
    }
  }

  TEST_CASE("every way to cut the last segment off loses what was cut and nothing before it") {
    cli::TemporaryFolder folder;
    {
      AlertSpool spool(folder.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      for (size_t i = 1; i <= 4; ++i) CHECK(spool.add(alert_of(i)) == Added::added);
    }
    const std::string path = only_segment(folder.path("alerts")), whole = cli::read_whole_file(path);
    for (size_t size = 0; size < whole.size(); ++size) {
      cli::TemporaryFolder other;
      other.write("alerts/" + std::filesystem::path(path).filename().string(), whole.substr(0, size));
      AlertSpool spool(other.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      size_t expected = 0, bytes = 16;
      while (expected < 4 && bytes + 12 + alert_of(expected + 1).size() <= size) bytes += 12 + alert_of(++expected).size();
      CHECK(read_all(spool).size() == expected);
      CHECK(spool.add("{}") == Added::added);
      CHECK(read_all(spool) == std::vector<std::string>{"{}"});
    }
  }

  TEST_CASE("every flipped bit loses alerts at most, and never invents one") {
    cli::TemporaryFolder folder;
    std::vector<std::string> alerts;
    {
      AlertSpool spool(folder.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      for (size_t i = 1; i <= 3; ++i) alerts.push_back(alert_of(i));
      for (const std::string& alert : alerts) CHECK(spool.add(alert) == Added::added);
    }
    const std::string path = only_segment(folder.path("alerts"));
    for (size_t bit = 0; bit < 8 * cli::read_whole_file(path).size(); bit += 3) {
      std::string text = cli::read_whole_file(path);
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
      cli::TemporaryFolder other;
      other.write("alerts/" + std::filesystem::path(path).filename().string(), text);
      AlertSpool spool(other.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      const auto read = read_all(spool);
      CHECK(read.size() < alerts.size() + 1);
      for (size_t i = 0; i < read.size(); ++i) CHECK(read[i] == alerts[i]);
      CHECK(spool.add("{}") == Added::added);
    }
  }

  TEST_CASE("a damaged mark of what was acknowledged repeats alerts and loses none") {
    cli::TemporaryFolder folder;
    {
      AlertSpool spool(folder.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      for (size_t i = 1; i <= 3; ++i) CHECK(spool.add(alert_of(i)) == Added::added);
      spool.acknowledge(2);
    }
    {
      AlertSpool spool(folder.path("alerts"), 1 << 20);
      REQUIRE(spool.open());
      CHECK(read_all(spool).size() == 1);
    }
    folder.write("alerts/acknowledged", "rubbish");
    AlertSpool spool(folder.path("alerts"), 1 << 20);
    REQUIRE(spool.open());
    CHECK(read_all(spool).size() == 3);
  }

  TEST_CASE("a folder that cannot be is an error with a text") {
    cli::TemporaryFolder folder;
    folder.write("file", "");
    AlertSpool spool(folder.path("file") + "/alerts", 1 << 20);
    CHECK_FALSE(spool.open());
    CHECK(spool.error().find("file") != std::string::npos);
  }
}
