#include "match/common_text.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sigrun {
namespace {

// Where programs lie, who runs them and who made them.
constexpr std::array most_values_have = std::to_array<std::string_view>({
    R"(c:\windows\system32\)",
    R"(c:\windows\syswow64\)",
    R"(c:\windows\system32\windowspowershell\v1.0\powershell.exe)",
    R"(c:\windows\microsoft.net\framework64\)",
    R"(c:\program files\)",
    R"(c:\program files (x86)\)",
    R"(c:\programdata\microsoft\)",
    R"(c:\users\)",
    R"(\appdata\local\microsoft\)",
    R"(nt authority\system)",
    R"(hklm\software\microsoft\windows nt\currentversion\)",
    R"(hklm\software\microsoft\windows\currentversion\)",
    R"(hklm\system\currentcontrolset\services\)",
    R"(hkey_local_machine\software\)",
    R"(hku\s-1-5-21-)",
    R"(\registry\machine\)",
    R"(\registry\user\)",
    R"(c:\windows\system32\ntdll.dll+)",
    R"(c:\windows\system32\kernel32.dll+)",
    R"(c:\windows\system32\kernelbase.dll+)",
    "microsoft corporation",
    "microsoft windows operating system",
    "valid",
    "true",
    "false",
    "system",
    "security",
    "https://",
    ".dll",
    ".exe",
    ".com",
});

// What the events of operating systems and services say often, and how commands and addresses usually begin.
constexpr std::array many_values_have = std::to_array<std::string_view>({
    R"(\appdata\local\temp\)",
    R"(\appdata\roaming\microsoft\)",
    R"(\svchost.exe -k netsvcs -p -s )",
    R"(\services.exe)",
    R"(\explorer.exe)",
    R"(\conhost.exe)",
    R"(\cmd.exe /c )",
    R"(\wmiprvse.exe -embedding)",
    R"(\lsass.exe)",
    R"(\taskhostw.exe)",
    R"(\rundll32.exe)",
    R"(\dllhost.exe)",
    R"(\msiexec.exe)",
    R"(nt authority\local service)",
    R"(nt authority\network service)",
    "windows powershell",
    "setvalue",
    "createkey",
    "deletevalue",
    "binary data",
    "unknown",
    "success",
    "failure",
    "failed",
    "error",
    "service",
    "process",
    "install",
    "update",
    "create",
    "administrator",
    "http://www.",
    ".local",
    "/usr/bin/",
    "/usr/sbin/",
    "/bin/bash",
    "/bin/sh -c ",
    "/etc/",
    "/tmp/",
    "/var/log/",
    "/home/",
    "assumedrole",
    ".amazonaws.com",
    "ec2.amazonaws.com",
    "s3.amazonaws.com",
    "iam.amazonaws.com",
    "user",
});

template <size_t Size>
bool is_part_of_one(std::string_view literal, const std::array<std::string_view, Size>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](std::string_view text) { return text.find(literal) != text.npos; });
}

// The grams of those texts, in a table of twice their number: asked for each gram of each literal.
class CommonGrams {
 public:
  CommonGrams() {
    add(most_values_have);
    add(many_values_have);
  }
  bool contains(uint32_t gram) const {
    for (size_t at = place_of(gram); table_[at] != 0; at = (at + 1) % table_.size())
      if (table_[at] == gram) return true;
    return false;
  }

 private:
  template <size_t Size>
  void add(const std::array<std::string_view, Size>& texts) {
    for (std::string_view text : texts)
      for (size_t at = 0; at + sizeof(uint32_t) <= text.size(); ++at) {
        uint32_t gram;  // never 0
        std::memcpy(&gram, text.data() + at, sizeof gram);
        size_t place = place_of(gram);
        while (table_[place] != 0 && table_[place] != gram) place = (place + 1) % table_.size();
        table_[place] = gram;
      }
  }
  static size_t place_of(uint32_t gram) { return gram * 0x9E3779B1u >> 20; }

  std::array<uint32_t, 1 << 12> table_{};
};

}  // namespace

bool is_common_gram(uint32_t gram) {
  // One letter of a script in Base64 of UTF-16, folded: commands that are given encoded have each of them many times.
  if ((gram & 0xFF0000FF) == 0x61000061) return true;
  static const CommonGrams common;
  return common.contains(gram);
}

double expected_share(std::string_view literal) {
  if (literal.size() < 2) return 0.5;
  if (is_part_of_one(literal, most_values_have)) return 0.6;
  if (literal.size() < 3) return 0.3;
  if (literal.size() < 4 || is_part_of_one(literal, many_values_have)) return 0.1;
  if (literal.size() < 5) return 0.01;
  // The longer a text, the rarer.
  return 0.01 / static_cast<double>(1u << std::min<size_t>(literal.size() - 4, 6));
}

}  // namespace sigrun
