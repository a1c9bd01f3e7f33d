#include <array>

#include "renderers.h"
#include "scenarios.h"
#include "text.h"

namespace sigrun::bench::scenarios {

namespace {

constexpr std::array<std::string_view, 6> colos{"FRA", "LHR", "IAD", "SJC", "GRU", "NRT"};
constexpr std::array<std::string_view, 4> bots{
    "aws-internal/3", "UptimeProbe/3.1", "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example.org)",
    "partner-sync/1.4"};

void append_path(std::string& out, const Event& event, bool with_query) {
  const bool staff = event.host == portal;
  switch (event.item) {
    case path_home: out += "/"; return;
    case path_product:
      out += staff ? "/page/" : "/product/";
      append_number(out, event.amount);
      return;
    case path_cart: out += "/cart"; return;
    case path_login: out += "/login"; return;
    case path_api:
      out += staff ? "/api/v1/records/" : "/api/v1/orders/";
      append_number(out, event.amount);
      return;
    case path_static:
      out += "/static/app-";
      append_number(out, event.amount % 40);
      out += ".js";
      return;
    case path_health: out += "/health"; return;
    case path_search:
      out += "/search";
      if (with_query) {
        out += "?q=";
        append_number(out, event.amount);
      }
      return;
    default:
      out += "/";
      if (with_query) {
        out += "?v=";
        append_hex(out, event.amount, 12);
      }
      return;
  }
}

}  // namespace

void CloudflareRenderer::append(std::string& out, const Event& event) const {
  if (event.kind == Kind::http)
    http(out, event);
  else if (event.kind == Kind::access)
    access(out, event);
  else
    dns(out, event);
}

void CloudflareRenderer::http(std::string& out, const Event& event) const {
  const Network& network = world_.networks.of(event.address);
  const bool staff = event.host == portal;
  const bool bot = (event.agent & tool_agent) != 0;
  const bool odd = !bot && event.agent >= 32;
  const Agent* browser = bot ? nullptr : &world_.catalog.browsers[event.agent];
  const std::string_view zone =
      staff ? std::string_view("corp.example") : std::string_view(world_.catalog.zones[event.host]);
  const bool cached =
      event.item == path_static || (event.item <= path_product && event.salt % 3 != 0 && !staff);
  out += "{\"EdgeStartTimestamp\":\"";
  append_time(out, event.time, 'T', false);
  out += "Z\",\"RayID\":\"";
  append_hex(out, mixed(event.salt, 4), 16);
  out += "\",\"ZoneName\":\"";
  out += zone;
  out += "\",\"ClientIP\":\"";
  world_.networks.append(out, event.address);
  out += "\",\"ClientASN\":";
  append_number(out, network.asn);
  out += ",\"ClientCountry\":\"";
  out += network.country;
  out += "\",\"ClientRequestHost\":\"";
  if (staff) out += "portal.";
  out += zone;
  const bool post = event.item == path_login || (event.item == path_api && event.salt % 4 == 0);
  out += post ? "\",\"ClientRequestMethod\":\"POST\",\"ClientRequestPath\":\""
              : "\",\"ClientRequestMethod\":\"GET\",\"ClientRequestPath\":\"";
  append_path(out, event, false);
  out += "\",\"ClientRequestURI\":\"";
  append_path(out, event, true);
  out += "\",\"ClientRequestUserAgent\":\"";
  out += bot ? bots[(event.agent & ~tool_agent) % bots.size()] : std::string_view(browser->text);
  out += "\",\"JA4\":\"";
  out += bot ? std::string_view("t13i1510h1_a09f3c656075_c7886603b240") : std::string_view(browser->ja4);
  out += "\",\"BotScore\":";
  append_number(out, bot ? 1 + event.salt % 15 : odd ? 5 + event.salt % 60 : 18 + event.salt % 81);
  out += cached                                                    ? ",\"CacheCacheStatus\":\"hit\""
         : event.item == path_search || event.item == path_busting ? ",\"CacheCacheStatus\":\"miss\""
                                                                   : ",\"CacheCacheStatus\":\"dynamic\"";
  out += ",\"EdgeColoCode\":\"";
  out += colos[event.address % colos.size()];
  out += "\",\"EdgeResponseStatus\":";
  append_number(out, event.extra);
  out += ",\"EdgeResponseBytes\":";
  append_number(out, event.item == path_login ? 900 + event.salt % 300 : 4000 + mixed(event.salt, 5) % 60000);
  out += ",\"OriginResponseStatus\":";
  append_number(out, cached ? 0 : event.extra);
  out += ",\"OriginResponseDurationMs\":";
  append_number(out, cached ? 0 : 20 + mixed(event.salt, 6) % 200);
  if (!bot && event.session != 0) {
    out += ",\"Cookies\":{\"sid\":\"";
    append_hex(out, event.session, 16);
    append_hex(out, mixed(event.session), 16);
    out += "\"}";
  }
  out += ",\"SecurityAction\":\"\",\"WAFAttackScore\":";
  append_number(out, 60 + event.salt % 40);
  out += "}";
}

void CloudflareRenderer::access(std::string& out, const Event& event) const {
  const Network& network = world_.networks.of(event.address);
  out += "{\"CreatedAt\":\"";
  append_time(out, event.time, 'T', false);
  out += "Z\",\"RayID\":\"";
  append_hex(out, mixed(event.salt, 4), 16);
  out += "\",\"Action\":\"login\",\"Allowed\":";
  out += event.flag == 1 ? "false" : "true";
  out += ",\"AppDomain\":\"";
  out += world_.catalog.applications[event.item];
  out += "\",\"AppUUID\":\"";
  append_uuid(out, mixed(event.item, 1), mixed(event.item, 2));
  out += "\",\"Connection\":\"okta\",\"Country\":\"";
  out += network.country;
  out += "\",\"Email\":\"";
  out += world_.population.user_name(event.user);
  out += "@corp.example\",\"IPAddress\":\"";
  world_.networks.append(out, event.address);
  out +=
      "\",\"PurposeJustificationPrompt\":\"\",\"TemporaryAccessApprovers\":[],\"TemporaryAccessDuration\":0,"
      "\"UserUID\":\"";
  append_uuid(out, mixed(event.user, 1), mixed(event.user, 2));
  out += "\"}";
}

void CloudflareRenderer::dns(std::string& out, const Event& event) const {
  const std::string& domain = world_.catalog.domains[event.item];
  const std::string& user = world_.population.user_name(event.user);
  const Network& network = world_.networks.of(event.address);
  std::string name;
  switch (event.extra) {
    case name_reputation_lookup:  // a virus scanner asks by hash
      append_hex(name, mixed(event.salt, 1), 16);
      append_hex(name, mixed(event.salt, 2), 16);
      name += ".lookup.avcloud.example";
      break;
    case name_cdn:
      name += 'r';
      append_hex(name, mixed(event.salt % 5000, 3), 10);
      name += ".edge.";
      name += domain;
      break;
    case name_tunnel:
      for (uint64_t part = 0; part < 2 + event.salt % 3; ++part) {
        append_hex(name, mixed(event.salt, 10 + part), 16);
        append_hex(name, mixed(event.salt, 20 + part), 14);
        name += '.';
      }
      name += domain;
      break;
    default: name = domain; break;
  }
  out += "{\"Datetime\":\"";
  append_time(out, event.time, 'T', false);
  out += "Z\",\"QueryID\":\"";
  append_uuid(out, mixed(event.salt, 7), event.salt);
  out += "\",\"QueryName\":\"";
  out += name;
  out += "\",\"QuerySize\":";
  append_number(out, name.size() + 18);
  out += ",\"QueryType\":";
  append_number(out, event.amount);
  out += ",\"QueryTypeName\":\"";
  out += event.amount == 1 ? "A" : event.amount == 28 ? "AAAA" : event.amount == 16 ? "TXT" : "HTTPS";
  out += "\",\"RCode\":";
  out += event.salt % 40 == 0 ? "3" : "0";
  out += ",\"ResolverDecision\":\"allowedOnNoPolicyMatch\",\"SrcIP\":\"";
  world_.networks.append(out, event.address);
  out += "\",\"SrcIPCountry\":\"";
  out += network.country;
  out += "\",\"Protocol\":\"https\",\"DeviceName\":\"";
  out += world_.population.hosts[event.host].name;
  out += "\",\"Email\":\"";
  out += user;
  out += "@corp.example\",\"IsResponseCached\":";
  out += event.salt % 3 == 0 ? "true" : "false";
  out += "}";
}

}  // namespace sigrun::bench::scenarios
