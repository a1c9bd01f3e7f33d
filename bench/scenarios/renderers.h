// Events as their collectors write them, one JSON object each, without the line break: Windows events as
// NXLog writes them (flat) or Winlogbeat (nested), by the site of the host; CloudTrail; Cloudflare Logpush.
// They are told nothing but the event: no label reaches what is written.
//
// One thread. Windows events number their records: append() is called in the order of output.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "event.h"
#include "world.h"

namespace sigrun::bench::scenarios {

class WindowsRenderer {
 public:
  explicit WindowsRenderer(const World& world);
  void append(std::string& out, const Event& event);

 private:
  void data(std::string_view key, std::string_view value);
  void data_number(std::string_view key, uint64_t value);
  void data_address(const Event& event);
  void append_internal(std::string& out, uint32_t host, Millis time) const;
  void append_image(std::string& out, const Event& event) const;
  void user_data(const Event& event, bool as_system);
  void security(const Event& event);
  void sysmon(const Event& event);

  const World& world_;
  std::vector<uint32_t> records_;                   // of each host
  std::vector<std::array<std::string, 2>> hashes_;  // of each program: before and after its new build
  std::string data_;
};

class CloudTrailRenderer {
 public:
  explicit CloudTrailRenderer(const World& world) : world_(world) {}
  void append(std::string& out, const Event& event) const;

 private:
  const World& world_;
};

class CloudflareRenderer {
 public:
  explicit CloudflareRenderer(const World& world) : world_(world) {}
  void append(std::string& out, const Event& event) const;

 private:
  void http(std::string& out, const Event& event) const;
  void access(std::string& out, const Event& event) const;
  void dns(std::string& out, const Event& event) const;

  const World& world_;
};

}  // namespace sigrun::bench::scenarios
