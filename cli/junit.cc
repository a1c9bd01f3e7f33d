#include "cli/junit.h"

#include <fmt/format.h>

#include "support/utf8.h"

namespace sigrun::cli {
namespace {

struct Counts {
  size_t tests = 0, failures = 0, errors = 0;
  double seconds = 0;

  void add(const TestResult& result) {
    ++tests;
    failures += result.outcome == TestResult::Outcome::failed;
    errors += result.outcome == TestResult::Outcome::error;
    seconds += result.seconds;
  }
  std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", tests, failures, errors,
                       seconds);
  }
};

std::string format_case(const TestResult& result) {
  std::string out =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3f}\"",
                  xml_escape(result.rule_title), xml_escape(result.name), xml_escape(result.file),
                  result.line, result.seconds);
  if (result.outcome == TestResult::Outcome::passed) return out + "/>\n";
  if (result.outcome == TestResult::Outcome::error) {
    return out + fmt::format(">\n      <error message=\"{}\"/>\n    </testcase>\n", xml_escape(result.got));
  }
  return out +
         fmt::format(">\n      <failure message=\"expected {}, got {}\">{}</failure>\n    </testcase>\n",
                     xml_escape(result.expected), xml_escape(result.got), xml_escape(result.event));
}

}  // namespace

std::string xml_escape(std::string_view text) {
  const std::string valid = repair_utf8(text);
  std::string out;
  for (size_t at = 0; at < valid.size();) {
    const char32_t c = next_code_point(valid, at);
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\t' || c == '\n' || c == '\r')
      out += fmt::format("&#{};", static_cast<uint32_t>(c));
    else if (c < 0x20 || c == 0x7F)
      out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
    else if (c == 0xFFFE || c == 0xFFFF)
      out += fmt::format("\\u{{{:04x}}}", static_cast<uint32_t>(c));
    else
      append_code_point(c, out);
  }
  return out;
}

std::string format_junit(const std::vector<TestResult>& results) {
  Counts all;
  std::string suites;
  for (size_t begin = 0; begin < results.size();) {
    Counts suite;
    std::string cases;
    size_t end = begin;
    for (; end < results.size() && results[end].rule_file == results[begin].rule_file; ++end) {
      suite.add(results[end]);
      all.add(results[end]);
      cases += format_case(results[end]);
    }
    suites += fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n",
                          xml_escape(results[begin].rule_file), suite.attributes(), cases);
    begin = end;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sigrun test\" {}>\n{}</testsuites>\n",
      all.attributes(), suites);
}

}  // namespace sigrun::cli
