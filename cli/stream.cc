// `sigrun stream`: lines in as they come, alerts out as they are found, until the input ends or a signal
// comes. For collectors that sigrun cannot be loaded into: rsyslog (omprog), Vector, and whatever else can
// write lines to a program or a socket.
//
// Threads: this one waits for signals and connections and reloads; one reads standard input, or one each
// connection; one delivers alerts; the engine has one for correlations.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "cli/alert_delivery.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/live_summary.h"
#include "cli/load_messages.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "cli/stream_connections.h"
#include "cli/stream_input.h"
#include "cli/terminal.h"
#include "live/live_engine.h"

namespace sigrun::cli {
namespace {

struct StreamArguments {
  RuleOptions rules;
  std::vector<std::string> listen;
  std::string output, to, state, metrics, input = "stdin";
  bool confirm = false;
  size_t connections = 100;
  unsigned drain_seconds = 3;
};

int usage_error(const std::string& message) {
  say("sigrun stream: " + printable(message));
  return exit_usage;
}

// What standard input needs: a thread, and a pipe that tells that it ended.
class InputThread {
 public:
  ~InputThread() { join(); }
  bool start(LiveEngine& engine, const StreamSource& source, size_t most_line_bytes, ProblemTeller& teller) {
    if (pipe(ended_) != 0) return problem_ = std::strerror(errno), false;
    thread_ = std::thread([this, &engine, &source, most_line_bytes, &teller] {
      read_stream(engine, source, most_line_bytes, teller, problem_);
      (void)!write(ended_[1], "", 1);
    });
    return true;
  }
  void join() {
    if (thread_.joinable()) thread_.join();
    for (int& end : ended_) {
      if (end >= 0) close(end);
      end = -1;
    }
  }
  int descriptor() const { return ended_[0]; }
  const std::string& problem() const { return problem_; }  // after join()

 private:
  int ended_[2] = {-1, -1};
  std::string problem_;
  std::thread thread_;
};

class Stream {
 public:
  explicit Stream(const StreamArguments& arguments)
      : arguments_(arguments), connections_(arguments.connections) {}

  int run() {
    if (const int status = open(); status != exit_done) return status;
    install_reload_handler();
    for (const StreamAddress& address : listen_) {
      std::string error;
      if (!connections_.listen(address, error)) return usage_error(error);
    }
    delivery_.start(engine_.alerts());
    if (connections_.empty() && !read_standard_input())
      return usage_error("standard input: " + input_.problem());
    while (!stop_flag().load() && !ended_) wait();
    return finish();
  }

 private:
  int open() {
    std::string error;
    for (const std::string& text : arguments_.listen) listen_.push_back(parse_address(text, error).value());
    std::optional<StreamAddress> to;
    if (!arguments_.to.empty()) to = parse_address(arguments_.to, error);
    auto configuration = configure(arguments_.rules, "sigrun stream");
    if (!configuration) return exit_usage;
    if (configuration->load.rule_paths.empty() && shipped_rule_paths().empty())
      return usage_error("no rules: name them with -r (none are in " + share_folder() + "/rules)");
    if (configuration->load.rule_paths.empty())
      say("sigrun stream: no -r given, taking the shipped rules of " + printable(share_folder()) + "/rules");
    const OutputOptions& output = configuration->output;
    if (output.min_level != sigma::Level::none)
      say("sigrun stream: warning: output: min-level is for scans; min-level: and --min-level choose rules");
    std::string file = arguments_.output;
    if (file.empty() && !to) file = output.file;
    if (arguments_.confirm && file.empty() && !to)
      return usage_error(
          "--confirm answers on standard output, so alerts need another place: -o FILE or --to ADDRESS");
    if (!delivery_.open(file, to)) return usage_error(delivery_.error());
    most_line_bytes_ = configuration->load.limits.event_bytes;
    return open_engine();
  }

  int open_engine() {
    std::string problem;
    LiveEngine::Options options;
    options.version = std::string_view(version_line()).substr(7);
    const auto opened = engine_.open([this](std::string& why) { return read_configuration(why); }, options,
                                     LiveOptions::OnLoadError::fail, problem);
    if (opened == LiveEngine::Opened::load_failed || opened == LiveEngine::Opened::state_failed) {
      report_refused(*engine_.report());
      usage_error(problem);
      return opened == LiveEngine::Opened::load_failed ? exit_rules : exit_usage;
    }
    const LoadReport report = *engine_.report();
    report_refused(report);
    report_unmatched(report, "sigrun stream");
    if (opened == LiveEngine::Opened::not_ready)
      say("sigrun stream: not ready: " + printable(problem) +
          "; events pass unmatched until a reload (SIGHUP) succeeds");
    else
      say(fmt::format("sigrun stream: {} loaded, {} refused, {}", counted(report.loaded, "rule"),
                      report.refused, counted(report.correlations, "correlation")));
    return exit_done;
  }

  // For the start and for each reload.
  std::optional<Configuration> read_configuration(std::string& problem) {
    auto configuration = configure(arguments_.rules, "sigrun stream");
    if (!configuration) {
      problem = arguments_.rules.config + ": cannot be used as it is";
      return std::nullopt;
    }
    if (configuration->load.rule_paths.empty()) configuration->load.rule_paths = shipped_rule_paths();
    if (!arguments_.state.empty()) configuration->state.folder = arguments_.state;
    if (arguments_.rules.config.empty()) configuration->live.on_load_error = LiveOptions::OnLoadError::fail;
    if (!arguments_.metrics.empty()) configuration->live.metrics_file = arguments_.metrics;
    configuration->live.queue_detections = true;  // there is nobody to annotate
    spooled_ = !configuration->state.folder.empty();
    return configuration;
  }

  bool read_standard_input() {
    source_ = {STDIN_FILENO, arguments_.input, nullptr};
    if (arguments_.confirm) {
      confirmation_.emplace(STDOUT_FILENO,
                            [this] { return spooled_ || delivery_.wait_for_all(stop_flag()); });
      confirmation_->ready();
      source_.confirmation = &*confirmation_;
    }
    return input_.start(engine_, source_, most_line_bytes_, teller_);
  }

  // One round: a signal, a connection, the end of the input.
  void wait() {
    std::vector<pollfd> waiting = {{stop_descriptor(), POLLIN, 0},
                                   {reload_descriptor(), POLLIN, 0},
                                   {delivery_.hung_up_descriptor(), POLLIN, 0},
                                   {input_.descriptor(), POLLIN, 0}};
    connections_.descriptors(waiting);
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0 && take_reload_request()) reload();
    if (waiting[2].revents != 0) request_stop();
    if (waiting[3].revents != 0) ended_ = true;
    connections_.serve(engine_, most_line_bytes_, teller_);
  }

  void reload() {
    std::vector<RuleChange> changes;
    std::string problem;
    LiveEngine::TakenOver groups;
    const auto reloaded = engine_.reload(changes, problem, &groups);
    if (reloaded == LiveEngine::Reloaded::done)
      say("sigrun stream: reloaded: " + printable_lines(format_reload(changes, groups, engine_.counters())));
    else
      say("sigrun stream: reload refused, the rules go on as before: " + printable(problem));
  }

  static std::string printable_lines(const std::string& text) {
    std::string result;
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      result += (begin > 0 ? "\n" : "") + printable(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
    }
    return result;
  }

  int finish() {
    request_stop();
    engine_.alerts().close();  // whoever waits for room goes on
    input_.join();
    connections_.finish();
    std::string problem;
    bool sound = engine_.flush(problem);
    if (!sound) say("sigrun stream: alerts may not outlive a power failure: " + printable(problem));
    engine_.alerts().close();  // says what was held back in the meantime
    delivery_.finish(std::chrono::seconds(arguments_.drain_seconds));
    if (!engine_.snapshot(problem)) {
      sound = false;
      say("sigrun stream: state not written: " + printable(problem));
    }
    if (!input_.problem().empty()) {
      sound = false;
      say("sigrun stream: " + printable(input_.problem()));
    }
    const LiveCounters counters = engine_.counters();
    if (delivery_.hung_up()) say("sigrun stream: standard output: its reader went away");
    if (teller_.untold() > 0)
      say(fmt::format("sigrun stream: {} more rejected or dropped than listed",
                      group_digits(teller_.untold())));
    say(format_live_summary(counters, {delivery_.delivered(), spooled_}));
    const bool lost = counters.queue.lost > 0 || (counters.queue.alerts > 0 && !spooled_);
    return sound && !lost ? exit_done : exit_usage;
  }

  const StreamArguments& arguments_;
  std::vector<StreamAddress> listen_;
  size_t most_line_bytes_ = 0;
  bool spooled_ = false, ended_ = false;
  ProblemTeller teller_;
  // In the order in which they must go, from the last to the first.
  LiveEngine engine_;
  AlertDelivery delivery_;
  std::optional<Confirmation> confirmation_;
  StreamSource source_;
  InputThread input_;
  StreamConnections connections_;
};

std::string check_address(const std::string& text) {
  std::string error;
  return parse_address(text, error) ? std::string() : error;
}

}  // namespace

void add_stream_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<StreamArguments>();
  auto* command = app.add_subcommand("stream", "Run rules over lines as they come, for as long as they come");
  add_rule_options(*command, arguments->rules);
  auto* listen =
      add_repeatable(*command, "--listen", arguments->listen,
                     "Read connections to unix:PATH or tcp:HOST:PORT instead\nof standard input; repeatable")
          ->check(check_address)
          ->type_name("ADDRESS");
  command->add_option("--input", arguments->input, "What alerts call standard input (stdin)")
      ->excludes(listen)
      ->type_name("NAME");
  auto* output =
      command->add_option("-o,--output", arguments->output, "Add alerts to this file")->type_name("FILE");
  command
      ->add_option("--to", arguments->to,
                   "Send alerts to unix:PATH or tcp:HOST:PORT, one JSON\nobject a line; connects again where "
                   "that ends")
      ->check(check_address)
      ->excludes(output)
      ->type_name("ADDRESS");
  command
      ->add_flag("--confirm", arguments->confirm,
                 "Answer each line on standard output, as rsyslog's omprog\nwants it with "
                 "confirmMessages=\"on\"; needs -o or --to")
      ->excludes(listen);
  command
      ->add_option("--state", arguments->state,
                   "Keep in this folder what correlations have counted, and\nalerts until they are delivered")
      ->type_name("DIR");
  command
      ->add_option("--metrics", arguments->metrics,
                   "Write the counters to this file every 10 s, as Prometheus\ntext (for node_exporter's "
                   "textfile collector)")
      ->type_name("FILE");
  command->add_option("--connections", arguments->connections, "Connections that are read at once (100)")
      ->check(CLI::Range(size_t{1}, size_t{10000}))
      ->type_name("N");
  command
      ->add_option("--drain", arguments->drain_seconds,
                   "At the end, deliver alerts that wait for at most so many\nseconds (3)")
      ->check(CLI::Range(0u, 3600u))
      ->type_name("SECONDS");
  command->footer(
      "Each line is one JSON object. SIGHUP reads the rules again; SIGTERM ends it, with its state written.\n"
      "\n"
      "Examples:\n"
      "  journalctl -f -o json | sigrun stream -r rules/        alerts on standard output\n"
      "  sigrun stream --listen unix:/run/sigrun.sock --state /var/lib/sigrun -o /var/log/alerts.ndjson\n"
      "                                                         a sidecar, with a spool and a state\n"
      "  sigrun stream --listen tcp:127.0.0.1:5170 --to tcp:127.0.0.1:5171\n"
      "                                                         alerts go back to the collector\n"
      "  sigrun stream --confirm --state /var/lib/sigrun -o /var/log/alerts.ndjson\n"
      "                                                         as a program of rsyslog's omprog");
  command->callback([arguments, &exit_code] {
    Stream stream(*arguments);
    exit_code = stream.run();
  });
}

}  // namespace sigrun::cli
