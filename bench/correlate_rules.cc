#include "correlate_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "sigma/rule_set.h"

namespace sigrun::bench {
namespace {

sigma::RuleSet linked(const std::string& rules, DiagnosticSink& sink) {
  sigma::RuleSet set;
  set.add(sigma::read_rules(rules, Limits{}, sink));
  set.link(Limits{}, sink);
  set.link_correlations({}, sink);
  return set;
}

// Of the pack's base rules: how often each matches. Others match once for each of these 100.
struct Share {
  std::string_view rule;
  double share;
};
constexpr Share shares[] = {
    {"cf_http_api_answered", 1400},
    {"cf_http_uncached", 1200},
    {"cf_dns_text_query", 500},
    {"cf_dns_name_does_not_exist", 700},
    {"cf_dns_query_blocked", 500},
    {"aws_s3_object_read", 900},
    {"lnx_connection_to_private_address", 800},
    {"win_connection_to_low_port", 900},
    {"okta_session_used", 600},
    {"github_token_used", 700},
    {"win_logon_over_network", 300},
    {"cf_http_login_sent", 200},
    {"aws_call_of_iam_user", 200},
    {"win_logon_failed", 100},
    {"win_password_wrong", 100},
    {"win_discovery_tool", 100},
    {"aws_call_denied", 100},
    {"kubernetes_request_forbidden", 50},
    {"kubernetes_secret_read", 100},
    {"lnx_ssh_login_failed", 150},
    {"lnx_ssh_login", 50},
    {"cf_managed_rule_matched", 100},
    {"cf_attack_served", 50},
    {"okta_login_with_wrong_password", 50},
    {"okta_push_sent", 50},
    {"okta_push_accepted", 50},
    {"github_repository_cloned", 100},
    {"lnx_sudo_session", 30},
};
constexpr double share_of_others = 8;

}  // namespace

std::string detections(std::initializer_list<std::string_view> names) {
  std::string text;
  for (std::string_view name : names)
    text += fmt::format(
        "title: {0}\nname: {0}\nlogsource: {{category: bench}}\ndetection:\n  hit: {{made: {0}}}\n  "
        "condition: hit\n---\n",
        name);
  return text;
}

std::string rules_below(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder, problem))
    if (file.path().extension() == ".yml" && file.path().string().find("/taxonomy/") == std::string::npos)
      files.push_back(file.path());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const auto& file : files) {
    std::ifstream in(file);
    text += std::string(std::istreambuf_iterator<char>(in), {}) + "\n---\n";
  }
  return text;
}

HitMix pack_mix(const std::string& rules, size_t groups) {
  using enum FieldMix::Kind;
  const size_t hundredth = std::max<size_t>(1, groups / 100);
  HitMix mix;
  mix.fields = {
      // Addresses and sessions are many and some are busy; people, devices and machines are fewer and alike.
      {"ClientIP", 40 * hundredth, zipf, {}},
      {"IpAddress", 10 * hundredth, zipf, {}},
      {"client.ipAddress", 10 * hundredth, zipf, {}},
      {"addr", 10 * hundredth, zipf, {}},
      {"authenticationContext.externalSessionId", 20 * hundredth, uniform, {}},
      {"actor.alternateId", 10 * hundredth, uniform, "authenticationContext.externalSessionId"},
      {"target.alternateId", 10 * hundredth, uniform, {}},
      {"Email", 10 * hundredth, uniform, {}},
      {"hashed_token", 10 * hundredth, uniform, {}},
      {"actor", 5 * hundredth, uniform, "hashed_token"},
      {"org", 20, uniform, "hashed_token"},
      {"userIdentity.arn", 5 * hundredth, uniform, {}},
      {"userIdentity.userName", 5 * hundredth, uniform, "userIdentity.arn"},
      {"requestParameters.userName", 5 * hundredth, uniform, {}},
      {"recipientAccountId", 10, uniform, "userIdentity.arn"},
      {"user.username", hundredth, uniform, {}},
      {"TargetUserName", 10 * hundredth, uniform, {}},
      {"TargetDomainName", 5, uniform, {}},
      {"User", 10 * hundredth, uniform, {}},
      {"Computer", 5 * hundredth, uniform, {}},
      {"DeviceName", 10 * hundredth, uniform, {}},
      {"SrcIP", 10 * hundredth, uniform, "DeviceName"},
      {"host", 2 * hundredth, uniform, {}},
      {"auid", 10, uniform, "host"},
      {"ClientRequestHost", hundredth / 10 + 1, zipf, {}},
      {"ZoneName", hundredth / 10 + 1, zipf, {}},
      {"AppDomain", 100, zipf, {}},
      {"DestinationIp", 10 * hundredth, zipf, {}},
      {"DestinationPort", 1000, zipf, {}},
      {"Image", 50, zipf, {}},
      {"QueryName", 100 * hundredth, zipf, {}},
      {"repo", hundredth, zipf, {}},
      {"RuleID", 500, zipf, {}},
      {"actor_location.country_code", 30, zipf, {}},
      {"securityContext.asNumber", 500, zipf, {}},
      {"requestParameters.bucketName", 200, zipf, {}},
      {"eventSource", 20, zipf, {}},
      {"eventName", 200, zipf, {}},
      {"objectRef.resource", 20, zipf, {}},
      {"objectRef.namespace", 50, zipf, {}},
      {"objectRef.name", hundredth, zipf, {}},
      {"additionalEventData.bytesTransferredOut", 1'000'000, number, {}},
      {"EdgeResponseBytes", 100'000, number, {}},
      {"QuerySize", 100, number, {}},
      {"BotScore", 100, number, {}},
      {"OriginResponseDurationMs", 2000, number, {}},
  };
  DiagnosticSink sink("bench");
  const sigma::RuleSet set = linked(rules, sink);
  const CorrelationPlan plan = build_correlation_plan(set.detections, set.correlations, sink);
  for (size_t source = 0; source < set.detections.size(); ++source) {
    const auto known = std::find_if(std::begin(shares), std::end(shares), [&](const Share& of) {
      return of.rule == set.detections[source].header.name;
    });
    mix.sources.push_back(plan.feeds[source].empty()  ? 0
                          : known == std::end(shares) ? share_of_others
                                                      : known->share);
  }
  mix.hits_of_hour = 2 * groups;
  return mix;
}

CorrelationPlan plan_of(const std::string& rules, std::string& problem) {
  DiagnosticSink sink("bench");
  const sigma::RuleSet set = linked(rules, sink);
  CorrelationPlan plan = build_correlation_plan(set.detections, set.correlations, sink);
  problem = sink.first_error();
  return plan;
}

}  // namespace sigrun::bench
