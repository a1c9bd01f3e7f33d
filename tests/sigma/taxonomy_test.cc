// Log source tables: what is read, how fields are spelled, and every way to get one wrong.
#include "sigma/taxonomy.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

TaxonomyTable read(std::string_view yaml) {
  DiagnosticSink sink("t.yml");
  auto tables = read_taxonomy(yaml, {}, sink);
  REQUIRE_MESSAGE(tables.size() == 1, (sink.diagnostics().empty() ? "" : sink.diagnostics()[0].to_string()));
  return tables[0];
}

std::string said(const std::string& more) {
  DiagnosticSink sink("t.yml");
  auto tables = read_taxonomy("taxonomy: t\nlogsources: [{product: p}]\n" + more + "\n", {}, sink);
  CHECK(tables.empty() == (sink.error_count() > 0));
  return sink.diagnostics().empty() ? "" : sink.diagnostics()[0].to_string();
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

}  // namespace

TEST_CASE("table: all keys") {
  TaxonomyTable table = read(
      "taxonomy: t\ntitle: Title\ndescription: d\norder: 7\nrecognise: {a: b}\n"
      "logsources: [{product: p, service: s, category: c, when: {k: v}, fields: {F: [x]}}, {product: q}]\n"
      "fields: {F: [f, g], '*': ['e.{}', '{}']}\ntime: {fields: [t, u], zone: '-03:30', lateness: 15m}\n"
      "id: [[a, b], [c]]\nenvelope: [Records]\n");
  CHECK(table.name == "t");
  CHECK(table.title == "Title");
  CHECK(table.file == "t.yml");
  CHECK(table.order == 7);
  CHECK(table.recognise.has_value());
  REQUIRE(table.entries.size() == 2);
  CHECK(table.entries[0].logsource.to_string() == "product=p category=c service=s");
  CHECK(table.entries[0].when.has_value());
  CHECK(joined(table.time_fields) == "t u");
  CHECK(table.zone_seconds == -(3 * 3600 + 30 * 60));
  CHECK(table.lateness_seconds == 900);
  CHECK(table.id_fields.size() == 2);
  CHECK(joined(table.envelopes) == "Records");
}

TEST_CASE("table: defaults") {
  TaxonomyTable table = read("taxonomy: t\nlogsources: [{category: c}]\n");
  CHECK(table.order == 100);
  CHECK_FALSE(table.recognise);
  CHECK(table.zone_seconds == 0);
  CHECK(table.lateness_seconds == 120);
  CHECK(joined(table.templates) == "{}");
}

TEST_CASE("table: spellings come from the entry, the table, then the templates, each once") {
  TaxonomyTable table = read(
      "taxonomy: t\nlogsources: [{product: p, fields: {F: [x, f]}}]\nfields: {F: [f, e.F], '*': ['e.{}', 'w.{}.v']}\n");
  CHECK(joined(table.spellings("F", &table.entries[0])) == "x f e.F w.F.v");
  CHECK(joined(table.spellings("F", nullptr)) == "f e.F w.F.v");
  CHECK(joined(table.spellings("Other", &table.entries[0])) == "e.Other w.Other.v");
}

TEST_CASE("table: errors") {
  CHECK(said("") == "");
  CHECK(said("colour: red") == "t.yml:3:1: error: unknown key 'colour'; a table has taxonomy, title, description, order, recognise, logsources, fields, time, id and envelope");
  CHECK(said("title:") == "t.yml:3:1: error: title must be text");
  CHECK(said("order: first") == "t.yml:3:1: error: order must be a whole number");
  CHECK(said("order: 1.5") == "t.yml:3:1: error: order must be a whole number");
  CHECK(said("recognise: {a|b: c}") == "t.yml:3:13: error: unknown modifier 'b'");
  CHECK(said("fields: [a]") == "t.yml:3:1: error: fields must be a map: rule field -> list of spellings");
  CHECK(said("fields: {F: }") == "t.yml:3:10: error: F must be text or a list of texts");
  CHECK(said("fields: {F: [[a]]}") == "t.yml:3:14: error: F must be text or a list of texts");
  CHECK(said("fields: {'*': [a]}") == "t.yml:3:10: error: each spelling of '*' must hold {}, which stands for the field's name");
  CHECK(said("time: x") == "t.yml:3:1: error: time must be a map with fields, zone and lateness");
  CHECK(said("time: {when: x}") == "t.yml:3:8: error: unknown key 'when'; time has fields, zone and lateness");
  for (const std::string zone : {"CET", "+2:00", "+15:00", "+02:60", "+-1:30", "02:00", "+02:0x", "+ 2:00"}) {
    INFO(zone);
    CHECK(said("time: {zone: '" + std::string(zone) + "'}") == "t.yml:3:8: error: '" + std::string(zone) + "' is no zone; write UTC or an offset such as +02:00");
  }
  for (const std::string lateness : {"5", "m", "-1m", "5d", "9999999s", "1.5m"}) {
    INFO(lateness);
    CHECK(said("time: {lateness: '" + std::string(lateness) + "'}") == "t.yml:3:8: error: '" + std::string(lateness) + "' is no lateness; write for example 2m");
  }
  CHECK(said("id: x") == "t.yml:3:1: error: id must be a list of lists of fields");
  CHECK(said("id: [[]]") == "t.yml:3:6: error: an id must be a list of fields");
  CHECK(said("id: [[[a]]]") == "t.yml:3:7: error: an id must be a list of fields");
  CHECK(said("id: [[a, ~]]") == "t.yml:3:10: error: an id must be a list of fields");
  CHECK(said("envelope: []") == "t.yml:3:1: error: envelope must be text or a list of texts");
}

TEST_CASE("table: errors of log sources") {
  auto fault = [](const std::string& logsources) {
    DiagnosticSink sink("t.yml");
    auto tables = read_taxonomy("taxonomy: t\nlogsources: " + logsources + "\n", {}, sink);
    CHECK(tables.empty());
    return sink.diagnostics().empty() ? "" : sink.diagnostics()[0].to_string();
  };
  CHECK(fault("x") == "t.yml:2:1: error: logsources must be a list");
  CHECK(fault("[x]") == "t.yml:2:14: error: a log source must be a map with product, category or service");
  CHECK(fault("[{}]") == "t.yml:2:14: error: a log source must set product, category or service");
  CHECK(fault("[{product: p, vendor: v}]") == "t.yml:2:27: error: unknown key 'vendor'; a log source has product, category, service, when and fields");
  CHECK(fault("[{product: p, when: {}}]") == "t.yml:2:33: error: a selection must hold at least one item");
  CHECK(fault("[{product: [p]}]") == "t.yml:2:15: error: product must be text");
  CHECK(fault("[]") == "t.yml:1:1: error: the table names no log source; write logsources:");
  DiagnosticSink sink("t.yml");
  CHECK(read_taxonomy("logsources: [{product: p}]\n---\n[a]\n", {}, sink).empty());
  CHECK(sink.diagnostics()[0].to_string() == "t.yml:1:1: error: the table has no name; write taxonomy: and a name");
  CHECK(sink.diagnostics()[1].to_string() == "t.yml:3:1: error: a table must be a map");
}
