#include <array>

#include "renderers.h"
#include "scenarios.h"
#include "text.h"

namespace sigrun::bench::scenarios {

namespace {
constexpr std::array<std::string_view, 4> regions{"eu-central-1", "us-east-1", "ap-northeast-1", "eu-west-1"};
}

void CloudTrailRenderer::append(std::string& out, const Event& event) const {
  const Population& population = world_.population;
  const std::string& name = population.user_name(event.user);
  const bool person = event.user < population.people.size();
  out += "{\"eventVersion\":\"1.11\",\"userIdentity\":{\"type\":\"";
  if (person) {
    out += "AssumedRole\",\"principalId\":\"AROAEXAMPLEROLE00001:";
    out += name;
    out += "\",\"arn\":\"arn:aws:sts::111122223333:assumed-role/staff/";
    out += name;
    out += "\",\"accountId\":\"111122223333\",\"accessKeyId\":\"ASIAEX";
    // Temporary credentials last for twelve hours.
    append_hex(out, mixed(event.user, static_cast<uint64_t>(event.time / (12 * hour))), 14);
    out +=
        "\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\",\"userName\":\"staff\"},\"attributes\":{"
        "\"mfaAuthenticated\":\"true\"}}}";
  } else {
    out += "IAMUser\",\"principalId\":\"AIDAEXAMPLE";
    append_digits(out, static_cast<int>(event.user % 1000000), 6);
    out += "\",\"arn\":\"arn:aws:iam::111122223333:user/";
    out += name;
    out += "\",\"accountId\":\"111122223333\",\"accessKeyId\":\"";
    out += key_text(world_, event.user);
    out += "\",\"userName\":\"";
    out += name;
    out += "\"}";
  }
  out += ",\"eventTime\":\"";
  append_time(out, event.time, 'T', false);
  const bool sign_in = event.kind == Kind::sign_in;
  const CloudCall& call = world_.catalog.calls[event.item];
  out += "Z\",\"eventSource\":\"";
  out += sign_in ? "signin" : call.source;
  out += ".amazonaws.com\",\"eventName\":\"";
  out += sign_in ? "ConsoleLogin" : call.name;
  out += "\",\"awsRegion\":\"";
  out += regions[mixed(event.user, 8) % 100 < 6 ? (event.salt >> 8) % 4 : mixed(event.user, 7) % 4];
  out += "\",\"sourceIPAddress\":\"";
  world_.networks.append(out, event.address);
  out += "\",\"userAgent\":\"";
  out += (event.agent & tool_agent) != 0
             ? world_.catalog.tools[(event.agent & ~tool_agent) % world_.catalog.tools.size()].text
             : world_.catalog.browsers[event.agent].text;
  out += "\",\"requestParameters\":";
  const std::string_view source = sign_in ? "" : call.source;
  if (source == "s3" && event.extra != nothing) {
    out += "{\"bucketName\":\"";
    out += world_.catalog.buckets[event.extra];
    out += "\"";
    if (event.item == world_.catalog.read_object) {
      out += ",\"key\":\"data/part-";
      append_number(out, event.salt % 100000);
      out += ".parquet\"";
    }
    out += "}";
  } else {
    out += "null";
  }
  if (sign_in) {
    out += ",\"responseElements\":{\"ConsoleLogin\":\"";
    out += event.flag == 1 ? "Failure\"},\"errorMessage\":\"Failed authentication\"" : "Success\"}";
    out += ",\"additionalEventData\":{\"MFAUsed\":\"Yes\"}";
  } else {
    out += ",\"responseElements\":null";
    if (event.flag == 1) out += ",\"errorCode\":\"AccessDenied\",\"errorMessage\":\"Access Denied\"";
    if (source == "s3") {
      out += ",\"additionalEventData\":{\"bytesTransferredIn\":0,\"bytesTransferredOut\":";
      append_number(out, event.flag == 1 ? 0 : event.amount);
      out += "}";
    }
  }
  out += ",\"requestID\":\"";
  append_uuid(out, mixed(event.salt, 1), mixed(event.salt, 2));
  out += "\",\"eventID\":\"";
  append_uuid(out, mixed(event.salt, 3), event.salt);
  out += "\",\"readOnly\":";
  out += !sign_in && call.read_only ? "true" : "false";
  out += sign_in ? ",\"eventType\":\"AwsConsoleSignIn\"" : ",\"eventType\":\"AwsApiCall\"";
  out += ",\"recipientAccountId\":\"111122223333\"}";
}

}  // namespace sigrun::bench::scenarios
