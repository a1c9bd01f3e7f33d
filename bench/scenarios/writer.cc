#include "writer.h"

#include <algorithm>

#include "text.h"

namespace sigrun::bench::scenarios {

Writer::Writer(const World& world, const Delivery& delivery, std::vector<Instance>& instances, std::FILE* out)
    : world_(world),
      delivery_(delivery),
      instances_(instances),
      out_(out),
      windows_(world),
      cloudtrail_(world),
      cloudflare_(world),
      hours_(static_cast<size_t>(world.options.days) * 24 + 1) {}

void Writer::take(Event& event) {
  if (!delivery_.deliver(event)) return;
  event.order = order_++;
  const auto at = static_cast<size_t>((event.arrival - first_moment) / hour);
  if (at < next_hour_) {
    ++misplaced_;
    return;
  }
  hours_[at].push_back(event);
}

void Writer::render(const Event& event) {
  if (event.kind <= Kind::connection)
    windows_.append(buffer_, event);
  else if (event.kind <= Kind::sign_in)
    cloudtrail_.append(buffer_, event);
  else
    cloudflare_.append(buffer_, event);
  buffer_ += '\n';
}

bool Writer::flush(Millis until) {
  for (; next_hour_ < hours_.size() && first_moment + static_cast<Millis>(next_hour_ + 1) * hour <= until;
       ++next_hour_) {
    std::vector<Event>& events = hours_[next_hour_];
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
      return a.arrival != b.arrival ? a.arrival < b.arrival : a.order < b.order;
    });
    for (const Event& event : events) {
      render(event);
      ++lines_;
      if (event.label != 0) {
        Instance& instance = instances_[event.label - 1];
        instance.lines.push_back(lines_);
        if (!instance.planned_span) {
          instance.from = instance.lines.size() == 1 ? event.time : std::min(instance.from, event.time);
          instance.to = instance.lines.size() == 1 ? event.time : std::max(instance.to, event.time);
        }
      }
      if (buffer_.size() >= 1 << 18) {
        if (std::fwrite(buffer_.data(), 1, buffer_.size(), out_) != buffer_.size()) return false;
        buffer_.clear();
      }
    }
    std::vector<Event>().swap(events);
  }
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), out_) != buffer_.size()) return false;
  buffer_.clear();
  return true;
}

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

void append_entity(std::string& out, const std::pair<std::string, std::string>& entity) {
  out += "{\"field\":\"" + entity.first + "\",\"value\":\"" + escaped(entity.second) + "\"}";
}

void append_label(std::string& out, const Instance& instance) {
  out += instance.benign ? "{\"kind\":\"benign\",\"scenario\":\"" : "{\"kind\":\"abuse\",\"scenario\":\"";
  out += instance.scenario + "\",\"instance\":";
  append_number(out, instance.number);
  if (!instance.benign) {
    out += instance.twelve ? ",\"twelve\":true" : ",\"twelve\":false";
    out += ",\"technique\":\"" + instance.technique + "\"";
    if (!instance.variant.empty()) out += ",\"variant\":\"" + instance.variant + "\"";
  }
  out += ",\"entity\":";
  append_entity(out, instance.entities.front());
  out += ",\"also\":[";
  for (size_t at = 1; at < instance.entities.size(); ++at) {
    if (at > 1) out += ',';
    append_entity(out, instance.entities[at]);
  }
  out += "],\"from\":\"";
  append_time(out, instance.from, 'T', true);
  out += "Z\",\"to\":\"";
  append_time(out, instance.to, 'T', true);
  out += "Z\"";
  if (!instance.benign) {
    out += ",\"lines\":[";
    for (size_t at = 0; at < instance.lines.size(); ++at) {
      if (at > 0) out += ',';
      append_number(out, instance.lines[at]);
    }
    out += "]";
  }
  out += "}\n";
}

}  // namespace

std::string label_lines(const Options& options, uint64_t events, const std::vector<Instance>& abuse,
                        const std::vector<Instance>& benign) {
  std::vector<const Instance*> order;
  for (const Instance& instance : abuse) {
    // What an outage has swallowed whole cannot be found.
    if (!instance.lines.empty() || instance.planned_span) order.push_back(&instance);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Instance* a, const Instance* b) { return a->from < b->from; });
  std::string out = "{\"kind\":\"run\",\"seed\":";
  append_number(out, options.seed);
  out += ",\"users\":";
  append_number(out, options.users);
  out += ",\"days\":";
  append_number(out, static_cast<uint64_t>(options.days));
  out += ",\"events\":";
  append_number(out, events);
  out += ",\"begin\":\"";
  append_time(out, first_moment, 'T', true);
  out += "Z\",\"scored_from\":\"";
  append_time(out, first_moment + training_days * day_length, 'T', true);
  out += "Z\",\"end\":\"";
  append_time(out, first_moment + options.days * day_length, 'T', true);
  out += "Z\"}\n";
  for (const Instance* instance : order) append_label(out, *instance);
  for (const Instance& instance : benign) append_label(out, instance);
  return out;
}

}  // namespace sigrun::bench::scenarios
