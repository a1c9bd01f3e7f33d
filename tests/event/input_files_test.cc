#include "event/input_files.h"

#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace sigrun {
namespace {

namespace fs = std::filesystem;

// A folder of its own, removed at the end; results are told relative to it.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "sigrun-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string at(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << "{}\n";
  }
  std::vector<std::string> relative(std::vector<std::string> paths) const {
    std::string prefix = path_.string() + "/";
    for (std::string& path : paths) {
      if (path.starts_with(prefix)) path.erase(0, prefix.size());
    }
    return paths;
  }

 private:
  fs::path path_;
};

using Names = std::vector<std::string>;

TEST_CASE("input_files: a folder, recursive and sorted, by names") {
  Folder folder;
  for (const char* name : {"b.json", "a.ndjson", "sub/c.jsonl", "sub/deep/d.log", "e.json.gz", "f.jsonl.zst", "G.JSON.ZSTD",
                           ".hidden.json", ".git/x.json", "notes.txt", "x.evtx", "y.gz", "z.json.bak"}) {
    folder.write(name);
  }
  InputFiles found = find_input_files({folder.at("")});
  CHECK(folder.relative(found.paths) ==
        Names{"G.JSON.ZSTD", "a.ndjson", "b.json", "e.json.gz", "f.jsonl.zst", "sub/c.jsonl", "sub/deep/d.log"});
  CHECK(folder.relative(found.skipped) == Names{"notes.txt", "x.evtx", "y.gz", "z.json.bak"});
  CHECK(found.errors.empty());
}

TEST_CASE("input_files: a file named outright is taken, each file once") {
  Folder folder;
  for (const char* name : {"notes.txt", ".hidden", "sub/a.json"}) folder.write(name);
  fs::create_symlink(folder.at("sub/a.json"), folder.at("link.json"));
  InputFiles found = find_input_files({"-", folder.at("notes.txt"), folder.at("sub/a.json"), folder.at(".hidden"), folder.at("link.json"),
                                       folder.at("sub/../notes.txt"), folder.at("sub"), "-"});
  CHECK(folder.relative(found.paths) == Names{"-", "notes.txt", "sub/a.json", ".hidden"});
  CHECK(found.errors.empty());
}

TEST_CASE("input_files: globs") {
  Folder folder;
  for (const char* name : {"b.json", "a.json", "c.txt", "[x].json", "dir1/d.json", "dir2/e.json"}) folder.write(name);
  CHECK(folder.relative(find_input_files({folder.at("?.json")}).paths) == Names{"a.json", "b.json"});
  CHECK(folder.relative(find_input_files({folder.at("*.txt")}).paths) == Names{"c.txt"});
  CHECK(folder.relative(find_input_files({folder.at("dir*")}).paths) == Names{"dir1/d.json", "dir2/e.json"});
  CHECK(folder.relative(find_input_files({folder.at("[x].json")}).paths) == Names{"[x].json"});  // a name before a pattern
  InputFiles found = find_input_files({folder.at("*.none")});
  CHECK(found.paths.empty());
  CHECK(found.errors == Names{folder.at("*.none") + ": no file matches"});
}

TEST_CASE("input_files: errors say what is wrong, and the rest is found") {
  Folder folder;
  folder.write("a.json");
  folder.write("other/notes.txt");
  fs::create_directories(folder.at("empty"));
  InputFiles found = find_input_files({folder.at("absent.json"), folder.at("empty"), folder.at("other"), folder.at("a.json")});
  CHECK(folder.relative(found.paths) == Names{"a.json"});
  CHECK(found.errors == Names{folder.at("absent.json") + ": No such file or directory",
                              folder.at("empty") + ": no event files in this folder",
                              folder.at("other") + ": no event files in this folder"});
  CHECK(folder.relative(found.skipped) == Names{"other/notes.txt"});
}

TEST_CASE("input_files: links to folders do not lead in circles") {
  Folder folder;
  folder.write("sub/a.json");
  fs::create_directory_symlink(folder.at(""), folder.at("sub/again"));
  fs::create_symlink(folder.at("gone"), folder.at("sub/dangling.json"));
  REQUIRE(::mkfifo(folder.at("sub/pipe.ndjson").c_str(), 0600) == 0);
  InputFiles found = find_input_files({folder.at("")});
  CHECK(folder.relative(found.paths) == Names{"sub/a.json"});
  // Nothing is left out in silence.
  CHECK(folder.relative(found.not_followed) == Names{"sub/again: a linked folder; name it by itself",
                                                     "sub/dangling.json: no regular file, or a link to nothing",
                                                     "sub/pipe.ndjson: no regular file, or a link to nothing"});
  fs::remove(folder.at("sub/dangling.json"));
  fs::remove(folder.at("sub/pipe.ndjson"));
  // Named outright, a link is followed.
  fs::create_directory_symlink(folder.at("sub"), folder.at("link"));
  CHECK(folder.relative(find_input_files({folder.at("link")}).paths) == Names{"link/a.json"});
}

TEST_CASE("input_files: what may not be read is an error") {
  if (::geteuid() == 0) {
    std::fprintf(stderr, "SKIPPED: run by root, who may read everything\n");
    return;
  }
  Folder folder;
  folder.write("a.json");
  folder.write("closed/b.json");
  fs::permissions(folder.at("a.json"), fs::perms::none);
  fs::permissions(folder.at("closed"), fs::perms::none);
  InputFiles found = find_input_files({folder.at("a.json"), folder.at("closed")});
  CHECK(found.paths.empty());
  CHECK(found.errors == Names{folder.at("a.json") + ": Permission denied", folder.at("closed") + ": Permission denied"});
  fs::permissions(folder.at("closed"), fs::perms::owner_all);
}

}  // namespace
}  // namespace sigrun
