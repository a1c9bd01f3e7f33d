// `sigrun stream` as a process: lines in, alerts out, answers, the end. tests/rsyslog and tests/stream run it beside others.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>

#include "cli/command_fixture.h"

using namespace sigrun::cli;

namespace {

struct Workspace : TemporaryFolder {
  std::string rules = write(
      "rules/marker.yml",
      "title: Marker\nid: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c11\nlevel: high\nlogsource: {product: linux}\n"
      "detection:\n  selection: {message|contains: evil}\n  condition: selection\n");
  std::vector<std::string> stream(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"stream", "-r", rules});
    return more;
  }
};

std::string event(const std::string& message) {
  return R"({"host":"h","program":"p","message":")" + message + "\"}\n";
}
size_t lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("stream: alerts on standard output, the balance on standard error") {
  if (!have_command()) return;
  const Workspace space;
  const Outcome outcome =
      run(space.stream(), {event("evil") + event("good") + "rubbish\n" + event("more evil"), {}, {}});
  CHECK(outcome.status == 0);
  CHECK(lines(outcome.out) == 2);
  CHECK(outcome.out.find("more evil") != std::string::npos);
  CHECK(outcome.out.find("\"line\":1,") != std::string::npos);
  CHECK(outcome.out.find(
            "\"line\":4,\"offset\":" + std::to_string((event("evil") + event("good") + "rubbish\n").size()) +
            "}") != std::string::npos);
  CHECK(outcome.err.find("in 4 = processed 3 + degraded 0 + rejected 1 + dropped 0") != std::string::npos);
  CHECK(outcome.err.find("2 delivered") != std::string::npos);
  CHECK(outcome.err.find("stdin:3: rejected: text that is no object (column 1)\n") != std::string::npos);
}

TEST_CASE("stream: the input has the name that it is given") {
  if (!have_command()) return;
  const Workspace space;
  CHECK(run(space.stream({"--input", "app"}), {event("evil"), {}, {}}).out.find("\"file\":\"app\"") !=
        std::string::npos);
}

TEST_CASE("stream: the last line needs no line end") {
  if (!have_command()) return;
  const Workspace space;
  std::string text = event("evil");
  text.pop_back();
  CHECK(lines(run(space.stream(), {text, {}, {}}).out) == 1);
}

TEST_CASE("stream: a line over the limit is rejected, and the next is evaluated") {
  if (!have_command()) return;
  const Workspace space;
  const std::string config =
      space.write("c.yaml", "limits: {event-bytes: 1KiB}\nlive: {on-load-error: fail}\n");
  const Outcome outcome =
      run(space.stream({"--config", config}), {event(std::string(5000, 'x')) + event("evil"), {}, {}});
  CHECK(lines(outcome.out) == 1);
  CHECK(outcome.err.find("in 2 = processed 1 + degraded 0 + rejected 1") != std::string::npos);
}

TEST_CASE("stream: answers for rsyslog, of lines and of transactions") {
  if (!have_command()) return;
  const Workspace space;
  const std::string alerts = space.path("alerts.ndjson");
  const std::string text =
      event("evil") + "BEGIN TRANSACTION\n" + event("evil 2") + "rubbish\n" + "COMMIT TRANSACTION\n";
  SUBCASE("with a spool") {
    const Outcome outcome =
        run(space.stream({"--confirm", "-o", alerts, "--state", space.path("state")}), {text, {}, {}});
    CHECK(outcome.out == "OK\nOK\nOK\nDEFER_COMMIT\nDEFER_COMMIT\nOK\n");
  }
  SUBCASE("without") {
    const Outcome outcome = run(space.stream({"--confirm", "-o", alerts}), {text, {}, {}});
    CHECK(outcome.out == "OK\nOK\nOK\nDEFER_COMMIT\nDEFER_COMMIT\nOK\n");
  }
  CHECK(lines(read_whole_file(alerts)) == 2);
}

TEST_CASE("stream: alerts that cannot be delivered are no reason for OK") {
  if (!have_command()) return;
  const Workspace space;
  // Ends by itself: standard input does. Nothing was delivered, and there is no spool.
  const Outcome outcome = run(space.stream({"--to", "unix:" + space.path("nobody.sock"), "--drain", "0"}),
                              {event("evil"), {}, {}});
  CHECK(outcome.status == 3);
  CHECK(outcome.err.find("alerts wait") != std::string::npos);
  CHECK(outcome.err.find("1 lost: not delivered") != std::string::npos);
}

TEST_CASE("stream: what was not delivered is delivered by the next process") {
  if (!have_command()) return;
  const Workspace space;
  const std::string state = space.path("state"), alerts = space.path("alerts.ndjson");
  const Outcome first =
      run(space.stream({"--state", state, "--drain", "0", "--to", "unix:" + space.path("nobody.sock")}),
          {event("evil"), {}, {}});
  CHECK(first.status == 0);
  CHECK(first.err.find("1 left in the spool") != std::string::npos);
  const Outcome second = run(space.stream({"--state", state, "-o", alerts}), {"", {}, {}});
  CHECK(second.status == 0);
  CHECK(lines(read_whole_file(alerts)) == 1);
}

TEST_CASE("stream: SIGTERM ends an idle stream with status 0 and its summary") {
  if (!have_command()) return;
  const Workspace space;
  const Outcome outcome = run_idle_and_signal(space.stream(), event("evil"), SIGTERM);
  CHECK(outcome.status == 0);
  CHECK(lines(outcome.out) == 1);
  CHECK(outcome.err.find("in 1 = processed 1") != std::string::npos);
}

TEST_CASE("stream: SIGTERM ends a busy stream") {
  if (!have_command()) return;
  const Workspace space;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += event("evil " + std::to_string(i));
  const Outcome outcome = run_and_signal(space.stream(), text, SIGTERM);
  CHECK(outcome.status == 0);
}

TEST_CASE("stream: what is asked for wrongly") {
  if (!have_command()) return;
  const Workspace space;
  CHECK(run(space.stream({"--confirm"})).err.find("-o FILE or --to ADDRESS") != std::string::npos);
  CHECK(run(space.stream({"--listen", "nowhere"})).status == 3);
  CHECK(run(space.stream({"-o", space.path("a"), "--to", "unix:/x"})).status == 3);
  CHECK(run(space.stream({"-o", space.path("no/such/folder")})).status == 3);
  CHECK(run({"stream", "-r", space.path("nothing")}).status == 2);
  const std::string config = space.write("c.yaml", "rules: [\n");
  const Outcome broken = run({"stream", "--config", config});
  CHECK(broken.status == 3);
  CHECK(broken.err.find("c.yaml:") != std::string::npos);
}
