// The command: prepares the process, describes the sub-commands, and lets the parser call one of them.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/signals.h"
#include "cli/terminal.h"

namespace {

// A descriptor 0–2 that the caller closed would be given to the next file opened, and messages would end up
// inside it. It is filled with /dev/null opened the wrong way round, so that using it still fails.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) _exit(sigrun::cli::exit_usage);
  }
}

int run(int argc, char** argv) {
  using namespace sigrun::cli;
  CLI::App app(
      "Sigma rules over JSON events: finds what the rules describe, says why, and loses nothing silently.",
      "sigrun");
  app.set_version_flag("--version", version_line());
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  app.footer(
      "Examples:\n"
      "  sigrun scan events.ndjson                    the shipped rules over a file\n"
      "  sigrun scan -r rules/ logs/ --fail-on high   your rules over a folder; status 1 if something "
      "serious is found\n"
      "  sigrun stream --state /var/lib/sigrun        lines as they come, alerts as they are found\n"
      "  sigrun check rules/                          what is wrong with these rules?\n"
      "  sigrun test rules/                           do the rules pass their own tests?\n"
      "\n"
      "`sigrun scan --help` and so on describe one command. Exit status: 0 done, 1 findings, 2 rules, 3 "
      "usage or input.");
  int exit_code = exit_done;
  add_scan_command(app, exit_code);
  add_stream_command(app, exit_code);
  add_check_command(app, exit_code);
  add_test_command(app, exit_code);
  add_version_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    app.exit(request);
    std::cout.flush();
    if (std::cout && std::fflush(stdout) == 0) return exit_done;
    say("sigrun: standard output: cannot be written");
    return exit_usage;
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    say(std::string("sigrun: ") + error.what());
    say(chosen.empty() ? "Try: sigrun --help" : "Try: sigrun " + chosen.front()->get_name() + " --help");
    return exit_usage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  sigrun::cli::install_signal_handlers();
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    sigrun::cli::say("sigrun: out of memory");
    return sigrun::cli::exit_usage;
  } catch (const std::exception& error) {  // out of threads
    sigrun::cli::say(std::string("sigrun: ") + error.what());
    return sigrun::cli::exit_usage;
  }
}
