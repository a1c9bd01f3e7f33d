#include "cli/junit.h"

#include <doctest/doctest.h>

using namespace sigrun::cli;

TEST_SUITE("cli junit") {
  TEST_CASE("markup is escaped and forbidden characters are written out") {
    CHECK(xml_escape("<a href=\"x\">&</a>") == "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
    CHECK(xml_escape("a\nb\x1b") == "a&#10;b\\x1b");
    CHECK(xml_escape("\xff\xef\xbf\xbf") == "\xef\xbf\xbd\\u{ffff}");
  }

  TEST_CASE("suites follow the rule files and add up") {
    std::vector<TestResult> results(4);
    results[0] = {"Rule A", "a.yml", "a.yml", 20, "fires", TestResult::Outcome::passed, "", "", "", 0.25};
    results[1] = {"Rule A",   "a.yml", "a.yml",         24,  "silent", TestResult::Outcome::failed,
                  "no match", "match", "{\"x\":\"<\"}", 0.25};
    results[2] = {
        "Rule B", "b.yml", "b.yml", 9, "broken", TestResult::Outcome::error, "", "the text holds no event",
        "",       0};
    results[3] = {"Rule B", "b.yml", "b.yml", 12, "fires", TestResult::Outcome::passed, "", "", "", 0};
    CHECK(
        format_junit(results) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"sigrun test\" tests=\"4\" failures=\"1\" errors=\"1\" time=\"0.500\">\n"
        "  <testsuite name=\"a.yml\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.500\">\n"
        "    <testcase classname=\"Rule A\" name=\"fires\" file=\"a.yml\" line=\"20\" time=\"0.250\"/>\n"
        "    <testcase classname=\"Rule A\" name=\"silent\" file=\"a.yml\" line=\"24\" time=\"0.250\">\n"
        "      <failure message=\"expected no match, got match\">{&quot;x&quot;:&quot;&lt;&quot;}</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "  <testsuite name=\"b.yml\" tests=\"2\" failures=\"0\" errors=\"1\" time=\"0.000\">\n"
        "    <testcase classname=\"Rule B\" name=\"broken\" file=\"b.yml\" line=\"9\" time=\"0.000\">\n"
        "      <error message=\"the text holds no event\"/>\n"
        "    </testcase>\n"
        "    <testcase classname=\"Rule B\" name=\"fires\" file=\"b.yml\" line=\"12\" time=\"0.000\"/>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
  }
}
