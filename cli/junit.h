// Test results as JUnit XML, which CI servers show. Pure functions; writing the file is the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun::cli {

struct TestResult {
  enum class Outcome : uint8_t { passed, failed, error };  // error: the test could not be run
  std::string rule_title;
  std::string rule_file;
  std::string file;  // of the test, with its line
  uint32_t line = 0;
  std::string name;
  Outcome outcome = Outcome::passed;
  std::string expected, got, event;  // of a failure; `got` alone of an error
  double seconds = 0;
  uint32_t column = 0;  // of what is malformed, where that is known
};

// One <testsuite> per rule file, in the order of the results.
std::string format_junit(const std::vector<TestResult>& results);

// Text as XML 1.0 allows it: markup escaped, characters that XML cannot hold written as \x1b.
std::string xml_escape(std::string_view text);

}  // namespace sigrun::cli
