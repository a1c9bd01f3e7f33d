// What is benign and yet what detectors look for. It is listed beside the abuse, so that false alerts can
// be explained.
#include "scenarios.h"

namespace sigrun::bench::scenarios {

std::vector<Instance> look_alikes(const World& world) {
  std::vector<Instance> all;
  const auto add = [&](const char* what, int from, int to,
                       std::vector<std::pair<std::string, std::string>> entities) {
    if (from >= world.options.days || to < 0) return;
    Instance instance;
    instance.scenario = what;
    instance.benign = true;
    instance.number = static_cast<uint32_t>(all.size() + 1);
    instance.entities = std::move(entities);
    instance.from = first_moment + std::max(from, 0) * day_length;
    instance.to = std::min(first_moment + (to + 1) * day_length, world.end());
    all.push_back(std::move(instance));
  };
  const auto person_names = [&](uint32_t number) {
    const std::string& name = world.population.people[number].name;
    return std::vector<std::pair<std::string, std::string>>{{"TargetUserName", name},
                                                            {"Email", name + "@corp.example"},
                                                            {"userIdentity.arn", arn_text(world, number)},
                                                            {"User", "CORP\\" + name}};
  };
  for (uint32_t number = 0; number < world.population.people.size(); ++number) {
    const Person& person = world.population.people[number];
    if (person.trip.from != never) add("travel", person.trip.from, person.trip.to, person_names(number));
    if (person.replaced_on != never)
      add("new_computer", person.replaced_on, person.replaced_on + 1, person_names(number));
    if (person.moves_on != never) add("moved", person.moves_on, person.moves_on + 4, person_names(number));
    if (person.hired_on > 0) add("hired", person.hired_on, person.hired_on + 6, person_names(number));
    if (person.dormant && person.returns_on != never)
      add("returned", person.returns_on, person.returns_on + 2, person_names(number));
  }
  for (const RollOut& one : world.catalog.roll_outs) {
    std::string plain;
    const std::string& image = world.catalog.programs[one.program].image;
    for (size_t at = 0; at < image.size(); ++at) {
      plain += image[at];
      if (image[at] == '\\') ++at;
    }
    add("roll_out", one.day, one.day + 2, {{"Image", plain}});
  }
  for (const uint32_t server : world.population.servers) {
    const Host& host = world.population.hosts[server];
    if (host.retired_on != never)
      add("retired", host.retired_on, world.options.days - 1, {{"Computer", host.name}});
  }
  for (uint32_t at = 0; at < world.population.services.size(); ++at) {
    const ServiceAccount& service = world.population.services[at];
    const uint32_t user = world.population.service_user(at);
    const std::vector<std::pair<std::string, std::string>> names{
        {"userIdentity.accessKeyId", key_text(world, user)},
        {"userIdentity.arn", arn_text(world, user)},
        {"userIdentity.userName", service.name}};
    if (service.new_network_on != never)
      add("key_moved", service.new_network_on, service.new_network_on + 2, names);
    if (service.new_calls_on != never)
      add("key_new_calls", service.new_calls_on, service.new_calls_on + 2, names);
  }
  return all;
}

}  // namespace sigrun::bench::scenarios
