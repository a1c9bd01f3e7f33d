#include "catalog.h"

#include <array>
#include <cstdio>
#include <cstring>

namespace sigrun::bench::scenarios {

namespace {

#define SYSTEM32 "C:\\\\Windows\\\\System32\\\\"
#define FILES "C:\\\\Program Files\\\\"
constexpr const char* explorer = "C:\\\\Windows\\\\explorer.exe";
constexpr const char* services = SYSTEM32 "services.exe";

struct Known {
  const char* image;
  const char* command;
  const char* parent;
};

constexpr std::array<Known, 18> common{{
    {SYSTEM32 "svchost.exe", "-k netsvcs -p", services},
    {FILES "Google\\\\Chrome\\\\Application\\\\chrome.exe", "--type=renderer --lang=en", explorer},
    {SYSTEM32 "RuntimeBroker.exe", "-Embedding", SYSTEM32 "svchost.exe"},
    {SYSTEM32 "conhost.exe", "0xffffffff -ForceV1", SYSTEM32 "cmd.exe"},
    {FILES "Microsoft Office\\\\root\\\\Office16\\\\OUTLOOK.EXE", "", explorer},
    {SYSTEM32 "taskhostw.exe", "Logon", SYSTEM32 "svchost.exe"},
    {FILES "Microsoft Office\\\\root\\\\Office16\\\\EXCEL.EXE", "/dde", explorer},
    {"C:\\\\Users\\\\{u}\\\\AppData\\\\Local\\\\Chatter\\\\app\\\\chatter.exe", "--start-minimized",
     explorer},
    {SYSTEM32 "dllhost.exe", "/Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}", SYSTEM32 "svchost.exe"},
    {FILES "Mozilla Firefox\\\\firefox.exe", "-contentproc", explorer},
    {FILES "Microsoft Office\\\\root\\\\Office16\\\\WINWORD.EXE", "/n", explorer},
    {SYSTEM32 "backgroundTaskHost.exe", "-ServerName:App", SYSTEM32 "svchost.exe"},
    {SYSTEM32 "notepad.exe", "", explorer},
    {FILES "Example Backup\\\\agent.exe", "--incremental", services},
    {SYSTEM32 "WindowsPowerShell\\\\v1.0\\\\powershell.exe", "-NoProfile -File C:\\\\Tools\\\\inventory.ps1",
     SYSTEM32 "svchost.exe"},
    {FILES "Microsoft Office\\\\root\\\\Office16\\\\POWERPNT.EXE", "", explorer},
    {SYSTEM32 "cmd.exe", "/c C:\\\\Tools\\\\mapdrives.cmd", explorer},
    {SYSTEM32 "rundll32.exe", "shell32.dll,Control_RunDLL", explorer},
}};

struct Special {
  Department department;
  Known program;
};

constexpr const char* powershell = SYSTEM32 "WindowsPowerShell\\\\v1.0\\\\powershell.exe";
constexpr std::array<Special, 34> special{{
    {engineering, {FILES "Git\\\\cmd\\\\git.exe", "fetch --all", SYSTEM32 "cmd.exe"}},
    {engineering, {FILES "nodejs\\\\node.exe", "build.js", SYSTEM32 "cmd.exe"}},
    {engineering, {"C:\\\\Tools\\\\llvm\\\\bin\\\\clang-cl.exe", "/c main.cc", "C:\\\\Tools\\\\ninja.exe"}},
    {engineering, {"C:\\\\Tools\\\\ninja.exe", "-C out", SYSTEM32 "cmd.exe"}},
    {engineering, {"C:\\\\Python312\\\\python.exe", "-m pytest", SYSTEM32 "cmd.exe"}},
    {engineering, {powershell, "-File build.ps1", explorer}},
    {operations, {powershell, "-NoProfile Get-Service", explorer}},
    {operations, {SYSTEM32 "mmc.exe", "dsa.msc", explorer}},
    {operations, {"C:\\\\Tools\\\\kubectl.exe", "get pods -A", powershell}},
    {operations, {SYSTEM32 "mstsc.exe", "/v:server", explorer}},
    {operations, {SYSTEM32 "net.exe", "use", SYSTEM32 "cmd.exe"}},
    {operations, {SYSTEM32 "nltest.exe", "/dclist:corp", SYSTEM32 "cmd.exe"}},
    {operations, {"C:\\\\Tools\\\\PsExec64.exe", "\\\\\\\\server -s cmd", SYSTEM32 "cmd.exe"}},
    {research, {"C:\\\\Python312\\\\python.exe", "-m jupyter lab", explorer}},
    {research, {FILES "Numerics\\\\bin\\\\numerics.exe", "-desktop", explorer}},
    {research, {"C:\\\\Python312\\\\python.exe", "train.py", SYSTEM32 "cmd.exe"}},
    {sales, {FILES "Example CRM\\\\crm.exe", "", explorer}},
    {sales, {FILES "Meet\\\\meet.exe", "--join", explorer}},
    {finance, {FILES "Ledger\\\\ledger.exe", "/client:100", explorer}},
    {finance, {FILES "Microsoft Office\\\\root\\\\Office16\\\\MSACCESS.EXE", "", explorer}},
    {finance, {FILES "BankLink\\\\banklink.exe", "", explorer}},
    {people_team, {FILES "Roster\\\\roster.exe", "", explorer}},
    {people_team, {FILES "Reader\\\\reader.exe", "", explorer}},
    {support, {FILES "Desk\\\\desk.exe", "", explorer}},
    {support, {FILES "Softphone\\\\softphone.exe", "--tray", explorer}},
    {support, {SYSTEM32 "msra.exe", "/offerRA", explorer}},
    {manufacturing, {FILES "Plant HMI\\\\hmi.exe", "/line:3", services}},
    {manufacturing, {FILES "Plant HMI\\\\plcview.exe", "", explorer}},
    {marketing, {FILES "Imaging\\\\imaging.exe", "", explorer}},
    {marketing, {FILES "Video Studio\\\\studio.exe", "", explorer}},
    {legal, {FILES "Reader\\\\reader.exe", "", explorer}},
    {legal, {FILES "Discovery\\\\discovery.exe", "", explorer}},
    {executives, {FILES "Meet\\\\meet.exe", "--join", explorer}},
    {executives, {FILES "Reader\\\\reader.exe", "", explorer}},
}};

constexpr std::array<const char*, 24> syllables{"nor", "vel", "tri", "qua", "sol", "mer", "ast", "bri",
                                                "cor", "del", "fen", "gal", "hex", "ion", "jur", "kin",
                                                "lum", "mon", "nex", "orb", "pix", "rav", "sys", "tec"};

std::string invented(Random& draw, uint32_t parts) {
  std::string out;
  for (uint32_t part = 0; part < parts; ++part) out += syllables[draw.below(syllables.size())];
  return out;
}

constexpr std::array<CloudCall, 44> all_calls{{
    {"s3", "GetObject", true},
    {"s3", "PutObject", false},
    {"s3", "ListObjects", true},
    {"s3", "ListBuckets", true},
    {"s3", "GetBucketPolicy", true},
    {"s3", "PutBucketPolicy", false},
    {"ec2", "DescribeInstances", true},
    {"ec2", "DescribeSecurityGroups", true},
    {"ec2", "DescribeVpcs", true},
    {"ec2", "RunInstances", false},
    {"ec2", "TerminateInstances", false},
    {"ec2", "CreateTags", false},
    {"ec2", "AuthorizeSecurityGroupIngress", false},
    {"ec2", "CreateSnapshot", false},
    {"ec2", "ModifySnapshotAttribute", false},
    {"ec2", "DescribeRegions", true},
    {"iam", "ListUsers", true},
    {"iam", "ListRoles", true},
    {"iam", "GetUser", true},
    {"iam", "PassRole", false},
    {"iam", "ListAttachedUserPolicies", true},
    {"iam", "CreateAccessKey", false},
    {"iam", "GetAccountSummary", true},
    {"sts", "GetCallerIdentity", true},
    {"sts", "AssumeRole", true},
    {"lambda", "ListFunctions20150331", true},
    {"lambda", "UpdateFunctionCode20150331v2", false},
    {"lambda", "GetFunction20150331v2", true},
    {"logs", "FilterLogEvents", true},
    {"logs", "DescribeLogGroups", true},
    {"monitoring", "GetMetricData", true},
    {"monitoring", "DescribeAlarms", true},
    {"cloudformation", "DescribeStacks", true},
    {"cloudformation", "UpdateStack", false},
    {"kms", "Decrypt", true},
    {"kms", "GenerateDataKey", true},
    {"secretsmanager", "GetSecretValue", true},
    {"secretsmanager", "ListSecrets", true},
    {"ecr", "BatchGetImage", true},
    {"ecr", "PutImage", false},
    {"eks", "DescribeCluster", true},
    {"rds", "DescribeDBInstances", true},
    {"dynamodb", "DescribeTable", true},
    {"ses", "GetSendQuota", true},
}};

}  // namespace

Catalog::Catalog(const Networks& networks, uint64_t seed) {
  Random draw(seed, 1, 0, 0);
  for (const Known& known : common) {
    common_programs.push_back(add_program({known.image, known.command, known.parent, draw.next(), -1}));
    // Browsers, the office and the chat client are updated while the run lasts.
    const std::string& image = programs.back().image;
    if (image.find("Office") != std::string::npos) programs.back().new_build_day = 10;
    if (image.find("Chrome") != std::string::npos || image.find("Chatter") != std::string::npos) {
      programs.back().new_build_day = static_cast<int>(14 + draw.below(8));
    }
  }
  for (const Special& one : special) {
    department_programs[one.department].push_back(
        add_program({one.program.image, one.program.command, one.program.parent, draw.next(), -1}));
  }
  for (int tool = 0; tool < 2500; ++tool) {
    std::string name = invented(draw, 3);
    name += std::to_string(draw.below(90) + 10);
    std::string image = draw.chance(0.5)   ? FILES + name + "\\\\" + name + ".exe"
                        : draw.chance(0.5) ? "C:\\\\Users\\\\{u}\\\\AppData\\\\Local\\\\Programs\\\\" + name +
                                                 "\\\\" + name + ".exe"
                                           : "C:\\\\ProgramData\\\\" + name + "\\\\" + name + ".exe";
    tail_programs.push_back(add_program({std::move(image), "", explorer, draw.next(), -1}));
  }
  for (const int day : {6, 18, 23}) {
    const std::string name = invented(draw, 2) + "svc";
    roll_outs.push_back(
        {add_program({FILES + name + "\\\\" + name + ".exe", "--service", services, draw.next(), -1}), day});
  }
  monitoring_agent = add_program({FILES "Monitor\\\\agent.exe", "--once", services, draw.next(), 20});
  batch_job =
      add_program({"D:\\\\Jobs\\\\runner.exe", "/queue:night", SYSTEM32 "svchost.exe", draw.next(), -1});
  development_build = add_program(
      {"C:\\\\src\\\\out\\\\Debug\\\\unit_test_{n}.exe", "--all", "C:\\\\Tools\\\\ninja.exe", 0, -1});

  for (int at = 0; at < 1200; ++at) {
    std::string name = invented(draw, 2 + draw.below(2));
    name += draw.chance(0.6) ? ".example" : "-cdn.example";
    const NetworkKind kind = draw.chance(0.8) ? NetworkKind::cloud : NetworkKind::hoster;
    const char* prefix = draw.chance(0.3) ? "api." : draw.chance(0.4) ? "www." : "";
    add_destination({prefix + name, networks.random_of_kind(kind, draw)});
    add_domain(prefix + name);
  }
  popular_destinations = static_cast<uint32_t>(destinations.size());
  for (int at = 0; at < 2800; ++at) {
    std::string name = invented(draw, 3);
    name += std::to_string(draw.below(100));
    add_domain(name + ".example");
  }

  constexpr std::array<const char*, 20> names{
      "wiki", "tickets", "mail",    "time", "vpn",       "code",  "ci",        "registry",  "admin", "vault",
      "crm",  "erp",     "payroll", "hr",   "contracts", "plant", "notebooks", "campaigns", "desk",  "board"};
  for (const char* name : names) applications.push_back(std::string(name) + ".corp.example");
  constexpr std::array<std::array<int, 4>, department_count> own{{{5, 6, 7, 1},
                                                                  {8, 9, 6, 7},
                                                                  {16, 5, 16, 1},
                                                                  {10, 10, 14, 2},
                                                                  {11, 12, 11, 14},
                                                                  {13, 12, 13, 3},
                                                                  {18, 18, 10, 1},
                                                                  {15, 15, 3, 15},
                                                                  {17, 10, 17, 2},
                                                                  {14, 14, 13, 2},
                                                                  {19, 14, 11, 2}}};
  for (size_t department = 0; department < department_count; ++department) {
    for (uint32_t general = 0; general < 5; ++general) department_applications[department].push_back(general);
    for (const int application : own[department]) {
      department_applications[department].push_back(static_cast<uint32_t>(application));
    }
  }
  calls.assign(all_calls.begin(), all_calls.end());
  read_object = call("GetObject");
  for (int at = 0; at < 90; ++at) buckets.push_back("corp-" + invented(draw, 2) + "-" + std::to_string(at));

  constexpr std::array<const char*, 4> systems{"Windows NT 10.0; Win64; x64",
                                               "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
                                               "iPhone; CPU iPhone OS 18_3 like Mac OS X"};
  for (const char* system : systems) {
    for (int version = 128; version < 136; ++version) {
      const bool fox = version % 3 == 0;
      std::string text = std::string("Mozilla/5.0 (") + system + ") ";
      text += fox ? "Gecko/20100101 Firefox/" + std::to_string(version) + ".0"
                  : "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + std::to_string(version) +
                        ".0.0.0 Safari/537.36";
      char ja4[40];
      std::snprintf(ja4, sizeof ja4, "t13d15%02dh2_8daaf6152771_%012llx", fox ? 17 : 16,
                    static_cast<unsigned long long>(mixed(fox ? 7 : 9, static_cast<uint64_t>(version / 4)) &
                                                    0xFFFFFFFFFFFF));
      add_agent({std::move(text), ja4});
    }
  }
  for (const char* tool :
       {"aws-cli/2.24.0 md/awscrt#0.23.8 ua/2.0 os/linux", "Boto3/1.37.1 md/Botocore#1.37.1 ua/2.0",
        "APN/1.0 Terraform/1.11.0", "aws-sdk-go-v2/1.36.2 os/linux", "aws-sdk-java/2.30.0 Linux"}) {
    tools.push_back({tool, "t13i1510h1_a09f3c656075_c7886603b240"});
  }
  for (const char* place : {"de", "fr", "uk", "us", "br", "in", "jp", "au"}) {
    zones.push_back(std::string("shop-") + place + ".example");
  }
  for (const char* share :
       {"Projects", "Finance$", "Contracts", "Research", "Public", "Media", "Plant", "HR$"}) {
    shares.push_back(share);
  }
}

uint32_t Catalog::add_program(Program program) {
  programs.push_back(std::move(program));
  return static_cast<uint32_t>(programs.size() - 1);
}
uint32_t Catalog::add_destination(Destination destination) {
  destinations.push_back(std::move(destination));
  return static_cast<uint32_t>(destinations.size() - 1);
}
uint32_t Catalog::add_domain(std::string name) {
  domains.push_back(std::move(name));
  return static_cast<uint32_t>(domains.size() - 1);
}
uint32_t Catalog::add_agent(Agent agent) {
  browsers.push_back(std::move(agent));
  return static_cast<uint32_t>(browsers.size() - 1);
}
uint32_t Catalog::call(const char* name) const {
  for (size_t at = 0; at < calls.size(); ++at) {
    if (std::strcmp(calls[at].name, name) == 0) return static_cast<uint32_t>(at);
  }
  return 0;
}

}  // namespace sigrun::bench::scenarios
