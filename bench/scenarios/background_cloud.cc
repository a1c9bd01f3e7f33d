// Service accounts of the cloud: each calls what it always calls, on its timer. Some move to other
// networks, some get new versions that call something new; most do neither.
#include "background.h"

namespace sigrun::bench::scenarios {

void cloud_service_events(const World& world, int day, const Emit& emit) {
  const Population& population = world.population;
  const Catalog& catalog = world.catalog;
  const Millis midnight = first_moment + day * day_length;
  for (uint32_t number = 0; number < population.services.size(); ++number) {
    const ServiceAccount& service = population.services[number];
    if (!service.cloud_key) continue;
    Random draw(world.options.seed, 40, number, static_cast<uint64_t>(day + 1));
    const Millis period = service.period * second;
    const bool reports = service.name.find("report") != std::string::npos;
    const uint32_t runs = reports && is_month_end(day) ? 3 : 1;
    for (Millis at = midnight + static_cast<Millis>(mixed(number, 6) % static_cast<uint64_t>(period));
         at < midnight + day_length; at += period) {
      Millis time = at + draw.between(0, 4000);
      for (uint32_t left = runs * (1 + draw.below(5)); left > 0; --left) {
        Event made;
        made.kind = Kind::call;
        made.time = time;
        made.salt = draw.next();
        made.user = population.service_user(number);
        made.address = day >= service.new_network_on ? service.new_address : service.address;
        made.item = service.calls[draw.rank(static_cast<uint32_t>(service.calls.size()))];
        if (day >= service.new_calls_on && draw.chance(0.3)) {
          made.item = static_cast<uint32_t>(mixed(number, 9 + draw.below(2)) % catalog.calls.size());
        }
        made.extra = static_cast<uint32_t>(mixed(number, draw.below(2)) % catalog.buckets.size());
        made.amount = made.item == catalog.read_object ? static_cast<uint64_t>(draw.log_normal(5e6, 0.5)) : 0;
        made.agent = tool_agent | static_cast<uint32_t>(number % catalog.tools.size());
        made.flag = draw.chance(0.004) ? 1 : 0;
        emit(made);
        time += draw.between(300, 9000);
      }
    }
  }
}

}  // namespace sigrun::bench::scenarios
