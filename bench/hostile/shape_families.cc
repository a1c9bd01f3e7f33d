// Events whose texts are harmless and whose arrangement is not.
#include <algorithm>
#include <string_view>
#include <utility>

#include "hostile_event.h"

namespace sigrun::bench {
namespace {

constexpr std::string_view sysmon =
    "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
    "\"Image\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\",\"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\"";
constexpr std::string_view unrecognised = "{\"k\":1";

// Appends members, each with its comma in front, to an event that one table knows and to one that none does.
using Member = std::function<void(std::string& text, Random& random)>;

void add_members(const char* family, Member member, std::vector<HostileEvent>& events) {
  for (const auto& [carrier, front] : {std::pair{"process", sysmon}, std::pair{"unrecognised", unrecognised}})
    events.push_back({family, carrier, [member, front = front](size_t size, Random random) {
                        std::string event(front);
                        while (event.size() < size) member(event, random);
                        return event += '}';
                      }});
}

// The same with one member, whose value `make` fills.
using Value = std::function<std::string(size_t size, Random& random)>;

void add_value(const char* family, std::string_view key, Value make, std::vector<HostileEvent>& events) {
  for (const auto& [carrier, front] : {std::pair{"process", sysmon}, std::pair{"unrecognised", unrecognised}})
    events.push_back(
        {family, carrier, [=, front = front, key = std::string(key)](size_t size, Random random) {
           std::string event(front);
           ((event += ",\"") += key) += "\":";
           event += make(size > event.size() ? size - event.size() : 1, random);
           return event += '}';
         }});
}

void append_member(std::string_view key, std::string_view value, std::string& text) {
  text += ",\"";
  append_inside(key, text);
  text += "\":\"";
  append_inside(value, text);
  text += '"';
}

std::string list_of(size_t size, const std::function<void(std::string&)>& item) {
  std::string list = fill(size, [&](std::string& text) {
    text += text.empty() ? '[' : ',';
    item(text);
  });
  return list += ']';
}

std::string near_miss(const FieldTexts& rules, Random& random) {
  std::string literal = rules.literals[random.below(rules.literals.size())];
  literal.back() = '\x7F';
  return literal;
}

void add_keys(const RuleTexts& rules, std::vector<HostileEvent>& events) {
  const FieldTexts& commands = rules.of("CommandLine");
  add_members(
      "unknown_keys",
      [](std::string& text, Random& random) {
        append_member("k" + std::to_string(random.below(1'000'000'000)), "v", text);
      },
      events);
  add_members(
      "one_letter_keys",
      [](std::string& text, Random& random) {
        append_member(std::string(1, static_cast<char>('a' + random.below(26))), "", text);
      },
      events);
  add_members(
      "long_keys", [](std::string& text, Random&) { append_member(std::string(500, 'a'), "v", text); },
      events);
  add_members(
      "wanted_keys",
      [&rules](std::string& text, Random& random) {
        append_member(rules.fields()[random.below(rules.fields().size())], "v", text);
      },
      events);
  add_members(
      "wanted_keys_near_misses",
      [&rules](std::string& text, Random& random) {
        const std::string& field = rules.fields()[random.below(rules.fields().size())];
        append_member(field, near_miss(rules.of(field), random), text);
      },
      events);
  add_members(
      "duplicate_key", [](std::string& text, Random&) { append_member("CommandLine", "v", text); }, events);
  add_members(
      "duplicate_key_near_misses",
      [&commands](std::string& text, Random& random) {
        append_member("CommandLine", near_miss(commands, random), text);
      },
      events);
  add_members(
      "duplicate_key_literals",
      [&commands](std::string& text, Random& random) {
        append_member("CommandLine", commands.literals[random.below(commands.literals.size())], text);
      },
      events);
  add_members(
      "escaped_keys", [](std::string& text, Random&) { text += ",\"\\u0043ommand\\u004cine\":\"v\""; },
      events);
  add_members(
      "dotted_keys",
      [](std::string& text, Random& random) {
        constexpr std::string_view spellings[] = {",\"Event.EventData.CommandLine\":\"v\"",
                                                  ",\"Event\":{\"EventData.CommandLine\":\"v\"}",
                                                  ",\"Event.EventData\":{\"CommandLine\":\"v\"}",
                                                  ",\"Event\":{\"EventData\":{\"CommandLine\":\"v\"}}",
                                                  ",\"winlog.event_data.Image\":\"v\"",
                                                  ",\"winlog\":{\"event_data.Image\":\"v\"}",
                                                  ",\"winlog\":{\"event_data\":{\"Image\":\"v\"}}",
                                                  ",\"process.command_line\":\"v\""};
        text += spellings[random.below(std::size(spellings))];
      },
      events);
  add_members(
      "routing_keys",
      [](std::string& text, Random& random) {
        constexpr std::string_view keys[] = {"Channel", "EventID",     "Provider_Name",
                                             "type",    "eventSource", "kind"};
        append_member(keys[random.below(std::size(keys))], std::to_string(random.below(10'000)), text);
      },
      events);
}

void add_nesting(std::vector<HostileEvent>& events) {
  // 100 levels: the limit is 128.
  auto towers = [](std::string_view key) {
    return [key](std::string& text, Random&) {
      text += ",\"";
      text += key;
      text += "\":";
      for (int i = 0; i < 100; ++i) ((text += "{\"") += key) += "\":";
      text += '1';
      text.append(100, '}');
    };
  };
  add_members("deep_objects", towers("a"), events);
  add_members("deep_wanted_objects", towers("winlog"), events);
  add_members(
      "deep_arrays",
      [](std::string& text, Random&) {
        text += ",\"CommandLine\":";
        text.append(100, '[').append("\"v\"").append(100, ']');
      },
      events);
  add_members(
      "empty_objects", [](std::string& text, Random&) { text += ",\"winlog\":{}"; }, events);
  add_members(
      "blanks", [](std::string& text, Random&) { text += " \t\r ,\r \t\"a\"\t \r:\r \t1 \t"; }, events);
  add_members(
      "line_breaks", [](std::string& text, Random&) { text += ",\n\"a\"\n:\n1"; }, events);
  add_value(
      "one_dotted_key", "a",
      [](size_t size, Random&) {
        std::string key = fill(size, [](std::string& text) { text += ".winlog.event_data"; });
        return "1,\"winlog.event_data" + key + "\":\"v\"";
      },
      events);
}

void add_lists(const RuleTexts& rules, std::vector<HostileEvent>& events) {
  const FieldTexts& commands = rules.of("CommandLine");
  auto texts = [&](std::string_view text) {
    return [item = '"' + std::string(text) + '"'](size_t size, Random&) {
      return list_of(size, [&](std::string& list) { list += item; });
    };
  };
  add_value("list_of_texts", "CommandLine", texts("v"), events);
  add_value("list_of_empty_texts", "CommandLine", texts(""), events);
  add_value("list_of_escapes", "CommandLine", texts("\\u0041"), events);
  add_value(
      "list_of_near_misses", "CommandLine",
      [&commands](size_t size, Random& random) {
        return list_of(size, [&](std::string& list) {
          list += '"';
          append_inside(near_miss(commands, random), list);
          list += '"';
        });
      },
      events);
  auto numbers = [](std::string_view number) {
    return
        [number](size_t size, Random&) { return list_of(size, [&](std::string& list) { list += number; }); };
  };
  add_value("list_of_numbers", "CommandLine", numbers("7"), events);
  add_value("list_of_event_ids", "EventID", numbers("4688"), events);
  add_value("list_of_ports", "DestinationPort", numbers("4.43e2"), events);
  add_value("list_of_channels", "Channel", texts("Security"), events);
  add_value("list_of_addresses", "DestinationIp", texts("10.0.0.1"), events);
  add_value(
      "list_of_objects", "Event",
      [](size_t size, Random&) {
        return list_of(size, [](std::string& list) { list += "{\"EventData\":{\"CommandLine\":\"v\"}}"; });
      },
      events);
  add_value(
      "one_number", "EventID", [](size_t size, Random&) { return "1" + std::string(size, '0'); }, events);
  add_value(
      "one_fraction", "EventID", [](size_t size, Random&) { return "0." + std::string(size, '1') + "e9"; },
      events);
  // Every pair of values is compared, up to Limits::reference_pairs.
  for (size_t i = 0; i < std::min<size_t>(rules.references().size(), 2); ++i) {
    const auto& [field, other] = rules.references()[i];
    add_value(
        "referring_lists", field,
        [other = other](size_t size, Random& random) {
          auto list = [&] {
            return list_of(size / 2, [&](std::string& text) {
              ((text += "\"") += std::to_string(random.below(1'000'000'000))) += '"';
            });
          };
          std::string first = list();
          return first + ",\"" + other + "\":" + list();
        },
        events);
  }
}

}  // namespace

std::vector<HostileEvent> hostile_shapes(const RuleTexts& rules) {
  std::vector<HostileEvent> events;
  add_keys(rules, events);
  add_nesting(events);
  add_lists(rules, events);
  return events;
}

}  // namespace sigrun::bench
