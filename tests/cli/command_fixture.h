// Runs the built command as a person or a script would: with its own standard streams, through a pipe, or on
// a terminal. The program is $SIGRUN_BIN; tests that need it and do not find it say so and are left out.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sigrun::cli {

struct Outcome {
  int status = -1;  // exit status; 128 + signal where one killed it
  std::string out;  // standard output; on a terminal: everything that appeared there
  std::string err;
};

struct CommandInput {
  std::string text;  // standard input
  std::map<std::string, std::string> environment;
  std::string out_path;  // standard output goes to this file, if any
};

// False after a "SKIPPED:" line when there is no program.
bool have_command();
Outcome run(const std::vector<std::string>& arguments, const CommandInput& input = {});
// False after a "SKIPPED:" line where the system gives out no terminals (a bare chroot).
bool have_terminal();
// All three streams on a new terminal of this width.
Outcome run_on_terminal(const std::vector<std::string>& arguments, unsigned short width,
                        const std::map<std::string, std::string>& environment = {});
// Reads the first line of the output, closes the pipe, and waits.
Outcome run_and_hang_up(const std::vector<std::string>& arguments);
// An endless standard input that repeats `text`; sends `signal` once the command has printed something.
Outcome run_and_signal(const std::vector<std::string>& arguments, const std::string& text, int signal);
// A standard input that gives `text` and then nothing, without ending; sends `signal` once the text has been
// taken. Status -1 if the command does not end within half a minute.
Outcome run_idle_and_signal(const std::vector<std::string>& arguments, const std::string& text, int signal);

// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name = {}) const;
  // Creates a file, and the folders above it.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

std::string read_whole_file(const std::string& path);

}  // namespace sigrun::cli
