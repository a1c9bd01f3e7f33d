// What authors read where their text is no YAML: yaml-cpp's failures, each with a way out.
#include "sigma/yaml_advice.h"

#include <doctest/doctest.h>

#include <string>

#include "sigma/yaml.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string problem(std::string_view text) {
  DiagnosticSink sink("y");
  parse_yaml(text, {}, sink);
  return sink.diagnostics().empty() ? "" : sink.diagnostics()[0].to_string();
}

const std::string tab = "error: a tab indents this line; YAML needs blanks, replace the tab by them";
const std::string key =
    "error: no key can stand here; indent it like the other keys of its map, and write ': ' between key and "
    "value on the line before";
const std::string colon =
    "error: a value with ': ' inside needs quotes; write key: 'one: two', or begin a new line for a new key";
const std::string line =
    "error: this line does not continue what stands before it; indent it like the lines it belongs to";
const std::string behind_quote =
    "error: text follows behind a closing quote; write '' for a quote inside single quotes (\\\" inside double "
    "ones), or close a quote that was left open before";
const std::string escape =
    "error: in double quotes a backslash begins an escape; put the value in single quotes, or write \\\\ for "
    "each backslash";

}  // namespace

TEST_CASE("yaml advice: a key where none can stand") {
  CHECK(problem("a: b: c\n") == "y:1:5: " + colon);
  CHECK(problem("- a: b: c\n") == "y:1:7: " + colon);
  CHECK(problem("a:\n  b: 1\n   c: 2\n") == "y:3:5: " + key);
  CHECK(problem("a: 1\n  b: 2\n") == "y:2:4: " + key);
  CHECK(problem("a: b\nc\nd: e\n") == "y:3:2: " + key);
  CHECK(problem("a: x\n  - b: c\n") == "y:2:6: " + key);
  CHECK(problem("a:b\nc: d\n") == "y:2:2: " + key);
}

TEST_CASE("yaml advice: tabs that indent") {
  CHECK(problem("a:\n\tb: 1\n") == "y:2:3: " + tab);
  CHECK(problem("a:\n  b: 1\n\tc: 2\n") == "y:3:1: " + tab);
  CHECK(problem("a:\n  - x\n\t- y\n") == "y:3:1: " + tab);
  CHECK(problem("\ta: 1\n") == "y:1:3: " + tab);
  CHECK(problem("a: 'b\tc': d\n") == "y:1:9: " + colon);
}

TEST_CASE("yaml advice: a line that does not continue") {
  CHECK(problem("a:\n  b: 1\n c: 2\n") == "y:3:2: " + line);
  CHECK(problem("a: b\n- c\n") == "y:2:1: " + line);
  CHECK(problem("a: 'it's'\n") == "y:1:8: " + behind_quote);
  CHECK(problem("a: 'b\nc: 'd'\n") == "y:2:5: " + behind_quote);
  CHECK(problem("a: \"b\" c\n") == "y:1:8: " + behind_quote);
}

TEST_CASE("yaml advice: values that begin with a sign") {
  const std::string begin = "error: a value cannot begin with ";
  CHECK(problem("Image: *powershell.exe\n") ==
        "y:1:8: " + begin + "'*'; put it in single quotes: '*powershell.exe'");
  CHECK(problem("a: *it's # b\n") == "y:1:4: " + begin + "'*'; put it in single quotes: '*it''s'");
  CHECK(problem("a: %foo%\r\n") == "y:1:4: " + begin + "'%'; put it in single quotes: '%foo%'");
  CHECK(problem("a: @foo") == "y:1:4: " + begin + "'@'; put it in single quotes: '@foo'");
  CHECK(problem("a: `" + std::string(100, 'x')) ==
        "y:1:4: " + begin + "'`'; put it in single quotes: '`" + std::string(59, 'x') + "…'");
  CHECK(problem("a: * b\n") == "y:1:5: " + begin + "'*'; put it in single quotes");
  CHECK(problem("a: & b\n") == "y:1:5: " + begin + "'&'; put it in single quotes");
  CHECK(problem("a: ? b\n") == "y:1:4: " + begin + "'?'; put it in single quotes: '? b'");
  CHECK(problem("a: |x\n  b\n") ==
        "y:1:5: error: the text of '|' and '>' begins on the next line; put a value that begins with them in "
        "single quotes");
  CHECK(problem("a: - b\n") ==
        "y:1:4: error: no list entry can stand here; begin the list on a new line, or put a value that begins "
        "with '- ' in single quotes");
}

TEST_CASE("yaml advice: backslashes in double quotes") {
  CHECK(problem("a: \"C:\\Windows\"\n") == "y:1:9: " + escape);
  CHECK(problem("a: \"C:\\xyz\"\n") == "y:1:11: " + escape);
}

TEST_CASE("yaml advice: brackets") {
  auto open = [](const std::string& begin, const std::string& end) {
    return "error: what begins with '" + begin + "' is not closed before this; write '" + end +
           "', or put a value that begins with '" + begin + "' in single quotes";
  };
  CHECK(problem("a: [b\n") == "y:2:1: " + open("[", "]"));
  CHECK(problem("a: {b: c\nd: e\n") == "y:2:2: " + open("{", "}"));
  CHECK(problem("a: ]\n") ==
        "y:1:4: error: ']' closes nothing that is open here; leave it out, or put the value in single quotes");
}

TEST_CASE("yaml advice: other failures keep the parser's words, places beyond the text do no harm") {
  CHECK(advise_on_yaml("something new", "a", 0) == "broken YAML: something new");
  CHECK(advise_on_yaml("illegal map value", "", 7) == key.substr(7));
  CHECK(advise_on_yaml("unknown token", "a\n%b", 2) ==
        "a value cannot begin with '%'; put it in single quotes: '%b'");
}
