// The sub-commands. Each add_ function describes its arguments to the parser; the parser calls the command,
// which leaves its status in `exit_code` (both arguments outlive the parsing).
#pragma once

#include <CLI/CLI.hpp>

namespace sigrun::cli {

void add_scan_command(CLI::App& app, int& exit_code);
void add_stream_command(CLI::App& app, int& exit_code);
void add_check_command(CLI::App& app, int& exit_code);
void add_test_command(CLI::App& app, int& exit_code);
void add_version_command(CLI::App& app, int& exit_code);

// "sigrun 0.1.0"
const char* version_line();

}  // namespace sigrun::cli
