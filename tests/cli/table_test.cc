#include "cli/table.h"

#include <doctest/doctest.h>

#include <list>

#include "cli/terminal.h"

using namespace sigrun;
using namespace sigrun::cli;

namespace {

Alert example(sigma::Level level = sigma::Level::high) {
  auto rule = std::make_shared<RuleInfo>();
  rule->title = "Whoami Run by a Service";
  rule->level = level;
  Alert alert;
  alert.time = "2026-11-20T09:12:44.123456Z";
  alert.rule = rule;
  alert.file = "logs/windows.ndjson";
  alert.line = 17;
  alert.matches = {{"Image", "C:\\Windows\\System32\\whoami.exe", "endswith", "\\whoami.exe"},
                   {"User", "NT AUTHORITY\\SYSTEM", "", "nt authority\\system"}};
  return alert;
}

// The widest line of a text without escape sequences.
size_t widest(const std::string& text) {
  size_t width = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    width = std::max(width, display_width(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return width;
}

}  // namespace

TEST_SUITE("cli table") {
  TEST_CASE("a row says when, how serious, which rule, why and where") {
    const AlertTable table(140, false);
    const std::string row = table.row(example());
    CHECK(row.starts_with("2026-11-20 09:12:44  high      Whoami Run by a Service  "));
    CHECK(row.find("Image=") != std::string::npos);
    CHECK(row.find("whoami.exe") != std::string::npos);
    CHECK(row.find("User=") != std::string::npos);
    CHECK(row.ends_with("logs/windows.ndjson:17\n"));
    CHECK(table.header().starts_with("TIME (UTC)           LEVEL     RULE"));
  }

  TEST_CASE("columns start in the same place in every row") {
    const AlertTable table(120, false);
    Alert wide = example();
    auto rule = std::make_shared<RuleInfo>(*wide.rule);
    rule->title = "漢字のルール名はとても長いので切らなければなりませんとても長い";
    wide.rule = rule;
    const std::string header = table.header(), row = table.row(example()), wide_row = table.row(wide);
    const auto column = [](const std::string& line, const char* word) {
      return display_width(line.substr(0, line.find(word)));
    };
    CHECK(column(header, "WHAT") == column(row, "Image="));
    CHECK(column(wide_row, "Image=") == column(row, "Image="));
  }

  TEST_CASE("a health alert is no finding: it shows what happened in place of a level and reasons") {
    Alert alert = example();
    alert.kind = AlertKind::health;
    alert.matches.clear();
    alert.message = "the rule was\x1b stopped";
    const std::string row = AlertTable(200, true).row(alert);
    CHECK(row.find("  health    ") != std::string::npos);
    CHECK(row.find("the rule was\\x1b stopped") != std::string::npos);
    CHECK(row.find('\x1b') == std::string::npos);
  }

  TEST_CASE("no row is wider than the terminal") {
    Alert alert = example();
    const std::string value = std::string(3000, 'x') + "\\whoami.exe";
    alert.matches[0].value = std::string_view(value);
    const std::string file = std::string(300, 'd') + "/events.json";
    alert.file = file;
    for (size_t width : {60, 79, 80, 89, 90, 100, 120, 200, 300}) {
      const AlertTable table(width, false);
      CHECK(widest(table.header() + table.row(alert)) <= width);
    }
    CHECK(widest(AlertTable(10, false).row(alert)) <= 60);  // the narrowest there is
  }

  TEST_CASE("event data never reaches the terminal as control characters") {
    Alert alert = example();
    alert.time = "\x1b]0;t\x07";
    alert.file = "a\nb\x1b[2J";
    alert.matches = {{"Na\x1bme",
                      "\x1b[31mred\r\n\xc2\x9b"
                      "5m",
                      "contains", "red"},
                     {"", "\x08\x08", "", "x"}};
    auto rule = std::make_shared<RuleInfo>(*alert.rule);
    rule->title = "bad\x1b[0mtitle\xe2\x80\xae";
    alert.rule = rule;
    const std::string row = AlertTable(200, false).row(alert);
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      const unsigned char c = static_cast<unsigned char>(row[i]);
      CHECK((c >= 0x20 && c != 0x7f));
    }
    CHECK(row.find("\xc2\x9b") == std::string::npos);
    CHECK(row.find("\xe2\x80\xae") == std::string::npos);
  }

  TEST_CASE("colour only where wanted, by level") {
    CHECK(AlertTable(120, false).row(example(sigma::Level::critical)).find('\x1b') == std::string::npos);
    CHECK(AlertTable(120, true).row(example(sigma::Level::critical)).find("\x1b[1;97;41mcritical\x1b[0m") !=
          std::string::npos);
    CHECK(AlertTable(120, true).row(example(sigma::Level::none)).find('\x1b') == std::string::npos);
  }

  TEST_CASE("a long value is cut around what matched") {
    const std::string filler(500, 'a');
    const std::string path = filler + "\\cmd.exe", text = filler + " Invoke-Evil " + filler;
    CHECK(describe_matches({{"Image", std::string_view(path), "endswith", "\\cmd.exe"}}, 30)
              .ends_with("\\cmd.exe"));
    CHECK(describe_matches({{"Text", std::string_view(text), "contains", "invoke-evil"}}, 40)
              .find("Invoke-Evil") != std::string::npos);
    CHECK(describe_matches({{"", "some words", "", "words"}}, 40) == "text=some words");
    CHECK(describe_matches({}, 40).empty());
  }

  TEST_CASE("a field and value are shown once, empty values last") {
    const std::vector<Match> matches = {{"errorCode", "", "", ""},
                                        {"Score", "3", "gt", "0"},
                                        {"Score", "3", "lt", "5"},
                                        {"Score", "4", "lt", "5"}};
    CHECK(describe_matches(matches, 60) == "Score=3  Score=4  errorCode=");
  }

  TEST_CASE("many reasons: those that fit, and how many more") {
    std::vector<Match> matches;
    std::list<std::string> texts;
    for (int i = 0; i < 9; ++i)
      matches.push_back({texts.emplace_back("Field" + std::to_string(i)),
                         std::string_view(texts.emplace_back("value number " + std::to_string(i))), "", "x"});
    const std::string text = describe_matches(matches, 60);
    CHECK(text.starts_with("Field0=value number 0  Field1="));
    CHECK(text.find(" +") != std::string::npos);
    CHECK(display_width(text) <= 60);
  }
}
