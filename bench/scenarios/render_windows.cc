#include "renderers.h"
#include "scenarios.h"
#include "text.h"

namespace sigrun::bench::scenarios {

namespace {

struct Head {
  int id;
  bool sysmon;
  int task;
};

Head head_of(Kind kind) {
  switch (kind) {
    case Kind::logon: return {4624, false, 12544};
    case Kind::failed_logon: return {4625, false, 12544};
    case Kind::logoff: return {4634, false, 12545};
    case Kind::admin_logon: return {4672, false, 12548};
    case Kind::share_access: return {5145, false, 12811};
    case Kind::process: return {1, true, 1};
    default: return {3, true, 3};
  }
}

constexpr std::string_view extensions[] = {".docx", ".xlsx", ".pdf", ".pptx", ".csv", ".zip", ".dwg", ".txt"};

}  // namespace

WindowsRenderer::WindowsRenderer(const World& world)
    : world_(world), records_(world.population.hosts.size()) {
  for (size_t host = 0; host < records_.size(); ++host) {
    records_[host] = static_cast<uint32_t>(mixed(host, world.options.seed) % 900000);
  }
  for (const Program& program : world.catalog.programs) {
    hashes_.push_back({hash_text(program.build), hash_text(program.build + 1)});
  }
}

void WindowsRenderer::data(std::string_view key, std::string_view value) {
  data_ += '"';
  data_ += key;
  data_ += "\":\"";
  data_ += value;
  data_ += "\",";
}

void WindowsRenderer::data_number(std::string_view key, uint64_t value) {
  data_ += '"';
  data_ += key;
  data_ += "\":\"";
  append_number(data_, value);
  data_ += "\",";
}

void WindowsRenderer::append_internal(std::string& out, uint32_t host, Millis time) const {
  const Host& one = world_.population.hosts[host];
  // DHCP: a workstation keeps its address for three days at most; servers keep theirs.
  const uint64_t lease =
      one.role == HostRole::workstation ? static_cast<uint64_t>(time / (3 * day_length)) : 0;
  const uint64_t luck = mixed(host, lease);
  out += "10.";
  append_number(out, 20U + one.site);
  out += '.';
  append_number(out, one.role == HostRole::workstation ? luck % 200 : 250);
  out += '.';
  append_number(out, one.role == HostRole::workstation ? (luck >> 20) % 254 + 1 : host % 254 + 1);
}

void WindowsRenderer::data_address(const Event& event) {
  data_ += "\"IpAddress\":\"";
  if (event.address != no_address)
    world_.networks.append(data_, event.address);
  else if (event.extra != nothing)
    append_internal(data_, event.extra, event.time);
  else
    data_ += "127.0.0.1";
  data_ += "\",";
  data_number("IpPort", 49152 + event.salt % 16000);
}

void WindowsRenderer::append_image(std::string& out, const Event& event) const {
  const std::string& image = world_.catalog.programs[event.item].image;
  const size_t mark = image.find('{');
  if (mark == std::string::npos) {
    out += image;
    return;
  }
  out.append(image, 0, mark);
  if (image[mark + 1] == 'u')
    out += world_.population.user_name(event.user);
  else
    append_number(out, event.amount);
  out.append(image, mark + 3, std::string::npos);
}

void WindowsRenderer::user_data(const Event& event, bool as_system) {
  if (as_system || event.user >= world_.population.people.size()) {
    data("User", "NT AUTHORITY\\\\SYSTEM");
    return;
  }
  data_ += "\"User\":\"CORP\\\\";
  data_ += world_.population.user_name(event.user);
  data_ += "\",";
}

void WindowsRenderer::security(const Event& event) {
  const std::string& user = world_.population.user_name(event.user);
  const bool subject = event.kind == Kind::admin_logon || event.kind == Kind::share_access;
  const std::string_view who = subject ? "Subject" : "Target";
  if (event.kind == Kind::logon || event.kind == Kind::failed_logon) {
    data("SubjectUserSid", "S-1-0-0");
    data("SubjectUserName", "-");
    data("SubjectDomainName", "-");
  }
  data_ += '"';
  data_ += who;
  data_ += "UserSid\":\"S-1-5-21-1111111111-2222222222-3333333333-";
  append_number(data_, 1100U + event.user);
  data_ += "\",\"";
  data_ += who;
  data_ += "UserName\":\"";
  data_ += user;
  data_ += "\",\"";
  data_ += who;
  data_ += "DomainName\":\"CORP\",\"";
  data_ += who;
  data_ += "LogonId\":\"0x";
  append_hex(data_, mixed(event.user, static_cast<uint64_t>(event.time / (8 * hour))), 7);
  data_ += "\",";
  switch (event.kind) {
    case Kind::failed_logon:
      data("Status", "0xc000006d");
      data("SubStatus", event.flag == 0 ? "0xc000006a" : event.flag == 1 ? "0xc0000071" : "0xc0000064");
      data("FailureReason", event.flag == 1 ? "%%2309" : "%%2313");
      [[fallthrough]];
    case Kind::logon:
      data_number("LogonType", event.item);
      data("LogonProcessName", event.item == 3 ? "Kerberos" : "User32 ");
      data("AuthenticationPackageName", event.item == 3 ? "Kerberos" : "Negotiate");
      data_ += "\"WorkstationName\":\"";
      if (event.item == 3 || event.address != no_address)
        data_ += '-';
      else
        data_.append(world_.population.hosts[event.host].name, 0,
                     world_.population.hosts[event.host].name.find('.'));
      data_ += "\",";
      data_address(event);
      break;
    case Kind::logoff: data_number("LogonType", event.item == 0 ? 2 : event.item); break;
    case Kind::admin_logon:
      data("PrivilegeList",
           "SeSecurityPrivilege\\r\\n\\t\\t\\tSeBackupPrivilege\\r\\n\\t\\t\\tSeDebugPrivilege");
      break;
    default:
      data("ObjectType", "File");
      data_address(event);
      data_ += "\"ShareName\":\"\\\\\\\\*\\\\";
      data_ += world_.catalog.shares[event.item];
      data_ += "\",\"ShareLocalPath\":\"\\\\??\\\\D:\\\\";
      data_ += world_.catalog.shares[event.item];
      data_ += "\",\"RelativeTargetName\":\"folder";
      append_digits(data_, static_cast<int>(event.amount >> 16), 4);
      data_ += "\\\\document";
      append_digits(data_, static_cast<int>(event.amount & 0xFFFF), 3);
      data_ += extensions[event.amount % 8];
      data_ += "\",";
      data("AccessMask", event.flag == 1 ? "0x2" : "0x1");
      data("AccessList", event.flag == 1 ? "%%4417\\r\\n\\t\\t\\t\\t" : "%%4416\\r\\n\\t\\t\\t\\t");
      break;
  }
}

void WindowsRenderer::sysmon(const Event& event) {
  data_ += "\"UtcTime\":\"";
  append_time(data_, event.time, ' ', true);
  data_ += "\",\"ProcessGuid\":\"{";
  append_uuid(data_, mixed(event.host, 9), event.salt);
  data_ += "}\",";
  data_number("ProcessId", event.salt % 30000 + 400);
  data_ += "\"Image\":\"";
  append_image(data_, event);
  data_ += "\",";
  if (event.kind == Kind::process) {
    const Program& program = world_.catalog.programs[event.item];
    data_ += "\"CommandLine\":\"\\\"";
    append_image(data_, event);
    data_ += "\\\" ";
    data_ += program.command;
    data_ += "\",\"CurrentDirectory\":\"C:\\\\Windows\\\\System32\\\\\",";
    user_data(event, event.flag == 1);
    data("IntegrityLevel", event.flag == 1 ? "System" : "Medium");
    size_t build = 0;
    if (program.new_build_day >= 0) {
      const Millis changes =
          first_moment + program.new_build_day * day_length + 8 * hour +
          static_cast<Millis>(mixed(event.host, event.item) % static_cast<uint64_t>(36 * hour));
      build = event.time >= changes ? 1 : 0;
    }
    if (event.item == world_.catalog.development_build)
      data("Hashes", hash_text(event.salt));
    else
      data("Hashes", hashes_[event.item][build]);
    data_ += "\"ParentProcessGuid\":\"{";
    append_uuid(data_, mixed(event.host, 9), mixed(event.salt));
    data_ += "}\",";
    data("ParentImage", program.parent);
    data("ParentCommandLine", program.parent);
    return;
  }
  user_data(event, false);
  data("Protocol", "tcp");
  data("Initiated", "true");
  data_ += "\"SourceIp\":\"";
  append_internal(data_, event.host, event.time);
  data_ += "\",";
  data("SourceHostname", world_.population.hosts[event.host].name);
  data_number("SourcePort", 49152 + (event.salt >> 20) % 16000);
  data_ += "\"DestinationIp\":\"";
  if (event.flag == 1)
    append_internal(data_, event.extra, event.time);
  else
    world_.networks.append(data_, world_.catalog.destinations[event.extra].address);
  data_ += "\",";
  data("DestinationHostname", event.flag == 1 ? world_.population.hosts[event.extra].name
                                              : world_.catalog.destinations[event.extra].name);
  data_number("DestinationPort", event.amount);
}

void WindowsRenderer::append(std::string& out, const Event& event) {
  const Head head = head_of(event.kind);
  const Host& host = world_.population.hosts[event.host];
  data_.clear();
  if (head.sysmon)
    sysmon(event);
  else
    security(event);
  const std::string_view channel = head.sysmon ? "Microsoft-Windows-Sysmon/Operational" : "Security";
  const std::string_view provider =
      head.sysmon ? "Microsoft-Windows-Sysmon" : "Microsoft-Windows-Security-Auditing";
  const uint32_t record = ++records_[event.host];
  if (host.site % 2 == 0) {
    out += "{\"EventTime\":\"";
    append_time(out, event.time, ' ', false);
    out += "\",\"Hostname\":\"";
    out += host.name;
    out += event.kind == Kind::failed_logon ? "\",\"EventType\":\"AUDIT_FAILURE\""
           : head.sysmon                    ? "\",\"EventType\":\"INFO\""
                                            : "\",\"EventType\":\"AUDIT_SUCCESS\"";
    out += ",\"SeverityValue\":2,\"Severity\":\"INFO\",\"EventID\":";
    append_number(out, static_cast<uint64_t>(head.id));
    out += ",\"SourceName\":\"";
    out += provider;
    out += "\",\"Task\":";
    append_number(out, static_cast<uint64_t>(head.task));
    out += ",\"RecordNumber\":";
    append_number(out, record);
    out += ",\"Channel\":\"";
    out += channel;
    out += "\",";
    out += data_;
    out += "\"EventReceivedTime\":\"";
    append_time(out, event.arrival, ' ', false);
    out += "\",\"SourceModuleName\":\"eventlog\",\"SourceModuleType\":\"im_msvistalog\"}";
    return;
  }
  out += "{\"@timestamp\":\"";
  append_time(out, event.time, 'T', true);
  out += "Z\",\"winlog\":{\"channel\":\"";
  out += channel;
  out += "\",\"event_id\":";
  append_number(out, static_cast<uint64_t>(head.id));
  out += ",\"provider_name\":\"";
  out += provider;
  out += "\",\"record_id\":";
  append_number(out, record);
  out += ",\"computer_name\":\"";
  out += host.name;
  out += "\",\"event_data\":{";
  data_.pop_back();
  out += data_;
  out += "}},\"event\":{\"code\":\"";
  append_number(out, static_cast<uint64_t>(head.id));
  out += "\",\"kind\":\"event\",\"created\":\"";
  append_time(out, event.arrival, 'T', true);
  out += "Z\"},\"agent\":{\"type\":\"winlogbeat\",\"version\":\"8.17.0\"}}";
}

}  // namespace sigrun::bench::scenarios
