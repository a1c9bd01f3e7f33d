// The exit statuses of the command, one meaning each (docs/cli.md). They are a promise to scripts: never
// renumber.
#pragma once

namespace sigrun::cli {

enum ExitCode : int {
  exit_done = 0,
  exit_findings = 1,       // alerts at or above --fail-on, problems in check, failures in test
  exit_rules = 2,          // a rule could not be loaded (check, test, --strict), or none could
  exit_usage = 3,          // usage, configuration, input or output
  exit_interrupted = 130,  // SIGINT, as shells report it
  exit_terminated = 143,   // SIGTERM
};

}  // namespace sigrun::cli
