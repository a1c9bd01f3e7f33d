#include "match/common_text.h"

#include <algorithm>
#include <array>

namespace sigrun {
namespace {

// Where programs lie, who runs them and who made them; what the events of operating systems say all the time; and how commands
// and addresses usually begin.
constexpr std::array common_texts = std::to_array<std::string_view>({
    R"(c:\windows\system32\)",
    R"(c:\windows\syswow64\)",
    R"(c:\windows\system32\windowspowershell\v1.0\powershell.exe)",
    R"(c:\windows\microsoft.net\framework64\)",
    R"(c:\program files\)",
    R"(c:\program files (x86)\)",
    R"(c:\programdata\microsoft\)",
    R"(c:\users\)",
    R"(\appdata\local\microsoft\)",
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
    R"(nt authority\system)",
    R"(nt authority\local service)",
    R"(nt authority\network service)",
    R"(hklm\software\microsoft\windows nt\currentversion\)",
    R"(hklm\software\microsoft\windows\currentversion\)",
    R"(hklm\system\currentcontrolset\services\)",
    R"(hkey_local_machine\software\)",
    R"(hku\s-1-5-21-)",
    R"(\registry\machine\)",
    R"(\registry\user\)",
    "microsoft corporation",
    "microsoft windows operating system",
    "windows powershell",
    "setvalue",
    "createkey",
    "deletevalue",
    "binary data",
    "unknown",
    "valid",
    "true",
    "false",
    "success",
    "failure",
    "failed",
    "error",
    "system",
    "service",
    "process",
    "security",
    "install",
    "update",
    "create",
    "administrator",
    "https://",
    "http://www.",
    ".dll",
    ".exe",
    ".local",
    ".com",
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
});

}  // namespace

bool is_common_text(std::string_view literal) {
  return std::any_of(common_texts.begin(), common_texts.end(),
                     [&](std::string_view common) { return common.find(literal) != common.npos; });
}

}  // namespace sigrun
