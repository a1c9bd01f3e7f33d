#include "sigma/taxonomy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sigma/detection_reader.h"
#include "support/quantity.h"

namespace sigrun::sigma {
namespace {

class TableReader {
 public:
  TableReader(const Limits& limits, DiagnosticSink& sink) : limits_(limits), sink_(sink) {}

  std::optional<TaxonomyTable> read(const YamlNode& document) {
    table_.file = sink_.file();
    table_.mark = document.mark;
    if (!document.is_map()) return fail(document.mark, "a table must be a map");
    for (const YamlEntry& entry : document.entries) {
      if (entry.key == "taxonomy") {
        table_.name = text_of(entry);
      } else if (entry.key == "title") {
        table_.title = text_of(entry);
      } else if (entry.key == "description") {
        continue;
      } else if (entry.key == "order") {
        table_.order = whole_number(entry);
      } else if (entry.key == "recognise") {
        table_.recognise = read_detection(entry.value, limits_, sink_);
        good_ = good_ && table_.recognise.has_value();
      } else if (entry.key == "logsources") {
        read_entries(entry);
      } else if (entry.key == "fields") {
        read_spellings(entry, table_.fields, &table_.templates);
      } else if (entry.key == "time") {
        read_time(entry);
      } else if (entry.key == "id") {
        read_ids(entry);
      } else if (entry.key == "envelope") {
        read_texts(entry, table_.envelopes);
      } else {
        problem(entry.key_mark, fmt::format("unknown key '{}'; a table has taxonomy, title, description, "
                                            "order, recognise, logsources, fields, time, id and envelope",
                                            entry.key));
      }
    }
    if (table_.name.empty()) problem(document.mark, "the table has no name; write taxonomy: and a name");
    if (table_.entries.empty()) problem(document.mark, "the table names no log source; write logsources:");
    if (table_.templates.empty()) table_.templates.push_back("{}");
    if (!good_) return {};
    return std::move(table_);
  }

 private:
  std::nullopt_t fail(Mark mark, std::string message) {
    sink_.error(mark, std::move(message));
    return std::nullopt;
  }
  void problem(Mark mark, std::string message) {
    sink_.error(mark, std::move(message));
    good_ = false;
  }

  std::string text_of(const YamlEntry& entry) {
    if (!entry.value.is_scalar() || entry.value.text.empty())
      problem(entry.key_mark, fmt::format("{} must be text", entry.key));
    return entry.value.text;
  }

  int64_t whole_number(const YamlEntry& entry) {
    int64_t value = 0;
    const std::string& text = entry.value.text;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (entry.value.kind != YamlKind::number || error != std::errc() || end != text.data() + text.size())
      problem(entry.key_mark, fmt::format("{} must be a whole number", entry.key));
    return value;
  }

  void read_texts(const YamlEntry& entry, std::vector<std::string>& out) {
    if (entry.value.is_text()) out.push_back(entry.value.text);
    for (const YamlNode& item : entry.value.items) {
      if (!item.is_scalar() || item.text.empty())
        problem(item.mark, fmt::format("{} must be text or a list of texts", entry.key));
      out.push_back(item.text);
    }
    if (out.empty()) problem(entry.key_mark, fmt::format("{} must be text or a list of texts", entry.key));
  }

  void read_spellings(const YamlEntry& block, std::vector<FieldSpelling>& out,
                      std::vector<std::string>* templates) {
    if (!block.value.is_map())
      return problem(block.key_mark, "fields must be a map: rule field -> list of spellings");
    for (const YamlEntry& entry : block.value.entries) {
      std::vector<std::string> spellings;
      read_texts(entry, spellings);
      if (entry.key == "*" && templates) {
        for (const std::string& spelling : spellings)
          if (spelling.find("{}") == std::string::npos)
            problem(entry.key_mark, "each spelling of '*' must hold {}, which stands for the field's name");
        *templates = std::move(spellings);
      } else {
        out.push_back({entry.key, std::move(spellings)});
      }
    }
  }

  void read_entries(const YamlEntry& block) {
    if (!block.value.is_sequence()) return problem(block.key_mark, "logsources must be a list");
    for (const YamlNode& item : block.value.items) {
      TaxonomyEntry entry;
      entry.logsource.mark = item.mark;
      if (!item.is_map()) {
        problem(item.mark, "a log source must be a map with product, category or service");
        continue;
      }
      for (const YamlEntry& attribute : item.entries) {
        if (attribute.key == "product")
          entry.logsource.product = text_of(attribute);
        else if (attribute.key == "category")
          entry.logsource.category = text_of(attribute);
        else if (attribute.key == "service")
          entry.logsource.service = text_of(attribute);
        else if (attribute.key == "fields")
          read_spellings(attribute, entry.fields, nullptr);
        else if (attribute.key == "when") {
          entry.when = read_detection(attribute.value, limits_, sink_);
          good_ = good_ && entry.when.has_value();
        } else {
          problem(
              attribute.key_mark,
              fmt::format("unknown key '{}'; a log source has product, category, service, when and fields",
                          attribute.key));
        }
      }
      if (entry.logsource == LogSource{})
        problem(item.mark, "a log source must set product, category or service");
      table_.entries.push_back(std::move(entry));
    }
  }

  void read_time(const YamlEntry& block) {
    if (!block.value.is_map())
      return problem(block.key_mark, "time must be a map with fields, zone and lateness");
    for (const YamlEntry& entry : block.value.entries) {
      if (entry.key == "fields")
        read_texts(entry, table_.time_fields);
      else if (entry.key == "zone")
        read_zone(entry);
      else if (entry.key == "lateness")
        read_lateness(entry);
      else
        problem(entry.key_mark,
                fmt::format("unknown key '{}'; time has fields, zone and lateness", entry.key));
    }
  }

  // "UTC", "Z", or an offset such as +02:00.
  void read_zone(const YamlEntry& entry) {
    if (const auto zone = parse_zone(entry.value.text))
      table_.zone_seconds = *zone;
    else
      problem(entry.key_mark,
              fmt::format("'{}' is no zone; write UTC or an offset such as +02:00", entry.value.text));
  }

  void read_lateness(const YamlEntry& entry) {
    const std::string& text = entry.value.text;
    int64_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
    int64_t seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
    if (error != std::errc() || seconds == 0 || count < 0 || count > 1'000'000)
      problem(entry.key_mark, fmt::format("'{}' is no lateness; write for example 2m", text));
    else
      table_.lateness_seconds = count * seconds;
  }

  void read_ids(const YamlEntry& block) {
    if (!block.value.is_sequence()) return problem(block.key_mark, "id must be a list of lists of fields");
    for (const YamlNode& alternative : block.value.items) {
      std::vector<std::string> fields;
      if (alternative.is_text()) fields.push_back(alternative.text);
      for (const YamlNode& item : alternative.items) {
        if (!item.is_scalar() || item.text.empty()) problem(item.mark, "an id must be a list of fields");
        fields.push_back(item.text);
      }
      if (fields.empty()) problem(alternative.mark, "an id must be a list of fields");
      table_.id_fields.push_back(std::move(fields));
    }
  }

  const Limits& limits_;
  DiagnosticSink& sink_;
  TaxonomyTable table_;
  bool good_ = true;
};

const FieldSpelling* find_spelling(const std::vector<FieldSpelling>& fields, std::string_view name) {
  auto found =
      std::find_if(fields.begin(), fields.end(), [&](const FieldSpelling& f) { return f.field == name; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> TaxonomyTable::spellings(std::string_view field, const TaxonomyEntry* entry) const {
  std::vector<std::string> out;
  auto add = [&](std::string spelling) {
    if (std::find(out.begin(), out.end(), spelling) == out.end()) out.push_back(std::move(spelling));
  };
  for (const auto* list : {entry ? &entry->fields : nullptr, &fields})
    if (const FieldSpelling* found = list ? find_spelling(*list, field) : nullptr)
      for (const std::string& spelling : found->spellings) add(spelling);
  for (const std::string& pattern : templates) {
    std::string spelling = pattern;
    spelling.replace(spelling.find("{}"), 2, field);
    add(std::move(spelling));
  }
  return out;
}

std::vector<TaxonomyTable> read_taxonomy(std::string_view text, const Limits& limits, DiagnosticSink& sink) {
  std::vector<TaxonomyTable> tables;
  for (const YamlNode& document : parse_yaml(text, limits, sink).documents)
    if (auto table = TableReader(limits, sink).read(document)) tables.push_back(std::move(*table));
  return tables;
}

}  // namespace sigrun::sigma
