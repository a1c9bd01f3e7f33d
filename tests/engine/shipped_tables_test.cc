// What the shipped log source tables take for theirs, and what they leave to fail open.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"
#include "support/shipped_tables.h"

using namespace sigrun::test;

namespace {

Bench& bench() {
  static Bench bench(rule_with_items("none_such: x"), shipped_tables(), sigrun::Routing::automatic);
  return bench;
}

}  // namespace

// `agent`, `method` and `path` are spellings of fields by which the table of web servers knew its events: any event with one of
// them lost all rules but those of web servers.
TEST_CASE("shipped tables: a name that any source may use marks no event") {
  for (const char* name :
       {"@timestamp", "action",   "address", "agent",    "args",    "auth",     "bytes",    "category",
        "client",     "cloud",    "code",    "command",  "data",    "date",     "domain",   "event",
        "facility",   "fields",   "file",    "filename", "group",   "headers",  "host",     "hostname",
        "id",         "ip",       "kind",    "level",    "log",     "message",  "method",   "module",
        "msg",        "name",     "object",  "outcome",  "path",    "port",     "process",  "program",
        "protocol",   "provider", "query",   "reason",   "remote",  "request",  "resource", "response",
        "result",     "route",    "rule",    "server",   "service", "severity", "source",   "status",
        "tag",        "time",     "type",    "uri",      "url",     "user",     "username", "verb",
        "version",    "vhost"}) {
    CAPTURE(name);
    CHECK(bench().match("{\"" + std::string(name) + "\":\"x\"}").unrecognised);
    CHECK(bench().match("{\"" + std::string(name) + "\":{\"name\":\"x\",\"id\":1}}").unrecognised);
  }
}

TEST_CASE(
    "shipped tables: web servers and proxies are known by W3C's names, and by several names of others "
    "together") {
  for (
      const char* event : {
          R"({"cs-method":"GET","cs-uri-stem":"/"})",
          R"({"c-useragent":"curl"})",
          R"_({"cs(User-Agent)":"curl"})_",
          R"({"method":"GET","path":"/","code":"200","agent":"curl"})",
          R"({"request_method":"GET","request_uri":"/","status":200})",
          R"({"http":{"request":{"method":"GET"}},"url":{"path":"/"}})",
          R"({"remote_addr":"192.0.2.1","request":"GET / HTTP/1.1","http_user_agent":"curl","status":"200"})",
      }) {
    CAPTURE(event);
    CHECK_FALSE(bench().match(event).unrecognised);
  }
}
