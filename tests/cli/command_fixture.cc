#include "cli/command_fixture.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sigrun::cli {
namespace {

namespace fs = std::filesystem;

// In the child: never returns.
[[noreturn]] void become_command(const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment) {
  unsetenv("NO_COLOR");
  unsetenv("COLUMNS");
  setenv("TERM", "xterm", 1);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  const std::string program = std::getenv("SIGRUN_BIN");
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(count));
  return text;
}

int open_or_die(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags, 0600);
  if (fd == -1) _exit(126);
  return fd;
}

}  // namespace

bool have_command() {
  if (const char* program = std::getenv("SIGRUN_BIN"); program && access(program, X_OK) == 0) return true;
  std::fputs("SKIPPED: SIGRUN_BIN names no program: the command was not run\n", stderr);
  return false;
}

Outcome run(const std::vector<std::string>& arguments, const CommandInput& input) {
  TemporaryFolder folder;
  const std::string in = folder.write("in", input.text);
  const std::string out = input.out_path.empty() ? folder.path("out") : input.out_path;
  const pid_t child = fork();
  if (child == 0) {
    dup2(open_or_die(in, O_RDONLY), 0);
    dup2(open_or_die(out, O_WRONLY | O_CREAT), 1);
    dup2(open_or_die(folder.path("err"), O_WRONLY | O_CREAT), 2);
    become_command(arguments, input.environment);
  }
  Outcome outcome;
  outcome.status = wait_for(child);
  if (input.out_path.empty()) outcome.out = read_whole_file(out);
  outcome.err = read_whole_file(folder.path("err"));
  return outcome;
}

bool have_terminal() {
  int terminal = -1, other = -1;
  if (openpty(&terminal, &other, nullptr, nullptr, nullptr) != 0) {
    std::fprintf(stderr, "SKIPPED: no pseudo-terminals here\n");
    return false;
  }
  close(terminal);
  close(other);
  return true;
}

Outcome run_on_terminal(const std::vector<std::string>& arguments, unsigned short width,
                        const std::map<std::string, std::string>& environment) {
  winsize size{40, width, 0, 0};
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) become_command(arguments, environment);
  Outcome outcome;
  outcome.out = read_all(terminal);
  outcome.status = wait_for(child);
  close(terminal);
  return outcome;
}

Outcome run_and_hang_up(const std::vector<std::string>& arguments) {
  TemporaryFolder folder;
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    dup2(open_or_die("/dev/null", O_RDONLY), 0);
    dup2(ends[1], 1);
    dup2(open_or_die(folder.path("err"), O_WRONLY | O_CREAT), 2);
    close(ends[0]);
    close(ends[1]);
    become_command(arguments, {});
  }
  close(ends[1]);
  Outcome outcome;
  char c = 0;
  while (read(ends[0], &c, 1) == 1 && c != '\n') outcome.out += c;
  close(ends[0]);
  outcome.status = wait_for(child);
  outcome.err = read_whole_file(folder.path("err"));
  return outcome;
}

Outcome run_and_signal(const std::vector<std::string>& arguments, const std::string& text, int signal) {
  TemporaryFolder folder;
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(open_or_die(folder.path("err"), O_WRONLY | O_CREAT), 2);
    become_command(arguments, {});
  }
  close(in[0]);
  close(out[1]);
  const pid_t writer = fork();
  if (writer == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    while (write(in[1], text.data(), text.size()) > 0) {
    }
    _exit(0);
  }
  close(in[1]);
  Outcome outcome;
  char c = 0;
  if (read(out[0], &c, 1) == 1) outcome.out += c;
  kill(child, signal);
  outcome.out += read_all(out[0]);
  close(out[0]);
  outcome.status = wait_for(child);
  wait_for(writer);
  outcome.err = read_whole_file(folder.path("err"));
  return outcome;
}

Outcome run_idle_and_signal(const std::vector<std::string>& arguments, const std::string& text, int signal) {
  TemporaryFolder folder;
  int in[2];
  if (pipe2(in, O_CLOEXEC) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    dup2(in[0], 0);
    dup2(open_or_die(folder.path("out"), O_WRONLY | O_CREAT), 1);
    dup2(open_or_die(folder.path("err"), O_WRONLY | O_CREAT), 2);
    become_command(arguments, {});
  }
  close(in[0]);
  Outcome outcome;
  (void)!write(in[1], text.data(), text.size());
  // Once the text has been taken the scan is under way; a loaded machine may take its time.
  for (int tenths = 0, left = 1; tenths < 600 && left > 0; ++tenths) {
    usleep(100'000);
    if (ioctl(in[1], FIONREAD, &left) != 0) break;
  }
  kill(child, signal);
  int status = 0;
  pid_t ended = 0;
  for (int tenths = 0; tenths < 300 && ended == 0; ++tenths) {
    ended = waitpid(child, &status, WNOHANG);
    if (ended == 0) usleep(100'000);
  }
  if (ended == child) {
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  } else {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  close(in[1]);
  outcome.out = read_whole_file(folder.path("out"));
  outcome.err = read_whole_file(folder.path("err"));
  return outcome;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "sigrun-test-XXXXXX").string();
  path_ = mkdtemp(name.data()) ? name : std::string();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::path(const std::string& name) const {
  return name.empty() ? path_ : path_ + "/" + name;
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
  fs::create_directories(fs::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

std::string read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace sigrun::cli
