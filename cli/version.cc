// `sigrun version`.
#include <string>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "engine.h"

#ifndef SIGRUN_VERSION
#error "SIGRUN_VERSION comes from the build"
#endif

namespace sigrun::cli {

const char* version_line() { return "sigrun " SIGRUN_VERSION; }

void add_version_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("version", "Print the version, and where the shipped rules and tables are");
  command->footer("Example:\n  sigrun version");
  command->callback([&exit_code] {
    Output output;
    output.write(std::string(version_line()) + "\nshipped rules and tables: " + share_folder() + "/rules\n");
    if (!output.close() && !output.broken_pipe()) {
      say("sigrun: " + output.error());
      exit_code = exit_usage;
    }
  });
}

}  // namespace sigrun::cli
