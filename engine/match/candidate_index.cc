#include "match/candidate_index.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "match/necessary.h"

namespace sigrun {
namespace {

// A gate by itself: the numbers of its triggers and the places of their programs begin at 0.
struct BuiltGate {
  Gate gate;
  std::vector<Trigger> triggers;
  std::vector<ProgramId> programs;
};

class GateBuilder {
 public:
  GateBuilder(const Plan& plan, LiteralAutomata& automata) : plan_(plan), automata_(automata) {}

  void add(ProgramId program, const Cover& cover) {
    for (PredicateId predicate : cover.predicates) programs_[predicate].push_back(program);
  }

  BuiltGate build() {
    BuiltGate built;
    std::map<FieldId, FieldTriggers> fields;
    for (auto& [predicate, programs] : programs_) {
      const auto trigger = static_cast<TriggerId>(built.triggers.size());
      const auto first = static_cast<uint32_t>(built.programs.size());
      built.programs.insert(built.programs.end(), programs.begin(), programs.end());
      built.triggers.push_back({predicate, first, static_cast<uint32_t>(built.programs.size())});
      const Predicate& tested = plan_.predicates[predicate];
      if (tested.field == no_id) {
        add_keyword(trigger, tested.test, built.gate.keywords);
        continue;
      }
      FieldTriggers& triggers = fields[tested.field];
      if (!triggers.values.add(tested.test, trigger)) triggers.unindexed.push_back(trigger);
    }
    for (auto& [field, triggers] : fields) {
      triggers.field = field;
      triggers.values.freeze(&automata_);
      built.gate.fields.push_back(std::move(triggers));
    }
    return built;
  }

 private:
  static void add_keyword(TriggerId trigger, const Test& test, KeywordTriggers& keywords) {
    if (keywords.triggers.empty()) keywords.literals.emplace();
    keywords.triggers.push_back(trigger);
    const auto literals = announcing_literals(test);
    if (literals.empty()) keywords.literals.reset();
    if (!keywords.literals) return;
    for (const std::string& literal : literals) keywords.literals->push_back({literal, trigger});
  }

  const Plan& plan_;
  LiteralAutomata& automata_;
  std::map<PredicateId, std::vector<ProgramId>> programs_;
};

void want_field(const Plan& plan, FieldId field, std::vector<bool>& wanted) {
  for (SlotId slot : plan.fields[field].slots) wanted[slot] = true;
}

// The slots that an expression tests.
void want(const Plan& plan, NodeId id, std::vector<bool>& wanted) {
  const Node& node = plan.nodes[id];
  for (uint32_t i = node.begin; i < node.end; ++i) want(plan, plan.children[i], wanted);
  if (node.kind != Node::Kind::predicate) return;
  const Predicate& predicate = plan.predicates[node.predicate];
  if (predicate.field != no_id) want_field(plan, predicate.field, wanted);
  if (auto* reference = std::get_if<FieldReferenceTest>(&predicate.test))
    want_field(plan, reference->other, wanted);
}

BuiltGate build_gate(const Plan& plan, const std::vector<ProgramId>& members, LiteralAutomata& automata) {
  // First the covers that search as few fields as they can; then, as those fields are searched anyway, the rarest.
  std::set<FieldId> searched;
  for (ProgramId program : members)
    if (auto cover = find_cover(plan, plan.programs[program].root))
      searched.insert(cover->searched.begin(), cover->searched.end());
  const std::vector<FieldId> fields(searched.begin(), searched.end());
  GateBuilder builder(plan, automata);
  std::vector<ProgramId> always;
  for (ProgramId program : members) {
    if (auto cover = find_cover(plan, plan.programs[program].root, fields))
      builder.add(program, *cover);
    else
      always.push_back(program);
  }
  BuiltGate built = builder.build();
  built.gate.always = std::move(always);
  built.gate.wanted.resize(plan.paths.slot_count());
  for (ProgramId program : members) want(plan, plan.programs[program].root, built.gate.wanted);
  return built;
}

}  // namespace

void one_by_one(size_t count, const std::function<void(size_t)>& visit) {
  for (size_t i = 0; i < count; ++i) visit(i);
}

CandidateIndex::CandidateIndex(const Plan& plan, const ForEach& for_each, LiteralSearch search)
    : automata(search), evaluation(plan) {
  // Which programs stand behind which gate.
  std::vector<std::vector<ProgramId>> members;
  auto is_not_needed = [&](ProgramId program) { return !plan.rules[plan.programs[program].rule].needed; };
  auto add_gate = [&](std::vector<ProgramId> programs_behind) {
    std::erase_if(programs_behind, is_not_needed);
    members.push_back(std::move(programs_behind));
    return static_cast<uint32_t>(members.size() - 1);
  };

  for (const View& view : plan.views) {
    std::map<ProgramId, std::vector<uint32_t>> entries_of;
    for (uint32_t i = 0; i < view.entries.size(); ++i)
      for (ProgramId program : view.entries[i].programs) entries_of[program].push_back(i);
    std::map<std::vector<uint32_t>, std::vector<ProgramId>> groups;
    for (auto& [program, entries] : entries_of) groups[entries].push_back(program);
    ViewGates compiled;
    for (const ViewEntry& entry : view.entries) compiled.entries.push_back({entry.when, {}});
    for (auto& [entries, group] : groups) {
      uint32_t gate = add_gate(std::move(group));
      for (uint32_t entry : entries) compiled.entries[entry].gates.push_back(gate);
    }
    views.push_back(std::move(compiled));
  }

  // A program of the open view that is tried by its fields needs no such field where its cover is found: the cover is one.
  std::vector<ProgramId> open = plan.open.always;
  std::map<ProgramId, bool> covered;
  open_by_slot.resize(plan.open.by_slot.size());
  for (size_t slot = 0; slot < plan.open.by_slot.size(); ++slot) {
    for (ProgramId program : plan.open.by_slot[slot]) {
      if (is_not_needed(program)) continue;
      auto [known, fresh] = covered.try_emplace(program);
      if (fresh) known->second = find_cover(plan, plan.programs[program].root).has_value();
      (known->second ? open : open_by_slot[slot]).push_back(program);
    }
  }
  std::sort(open.begin(), open.end());
  open.erase(std::unique(open.begin(), open.end()), open.end());
  open_gate = add_gate(std::move(open));

  std::vector<BuiltGate> built(members.size());
  for_each(members.size(), [&](size_t gate) { built[gate] = build_gate(plan, members[gate], automata); });
  for (BuiltGate& one : built) {
    const auto first_trigger = static_cast<TriggerId>(triggers.size());
    const auto first_program = static_cast<uint32_t>(programs.size());
    for (const Trigger& trigger : one.triggers)
      triggers.push_back({trigger.predicate, first_program + trigger.first, first_program + trigger.last});
    programs.insert(programs.end(), one.programs.begin(), one.programs.end());
    for (FieldTriggers& field : one.gate.fields) {
      field.values.shift_subjects(first_trigger);
      for (TriggerId& trigger : field.unindexed) trigger += first_trigger;
    }
    for (TriggerId& trigger : one.gate.keywords.triggers) trigger += first_trigger;
    if (one.gate.keywords.literals)
      for (RawFilter::Literal& literal : *one.gate.keywords.literals) literal.id += first_trigger;
    gates.push_back(std::move(one.gate));
  }
}

}  // namespace sigrun
