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
  explicit GateBuilder(const Plan& plan) : plan_(plan) {}

  void add(ProgramId program, const Cover& cover) {
    for (PredicateId predicate : cover.predicates) programs_[predicate].push_back(program);
  }

  BuiltGate build() {
    // The triggers of a field side by side, those first that an index finds.
    std::map<FieldId, std::vector<PredicateId>> found, unindexed;
    std::vector<PredicateId> keywords;
    for (const auto& [predicate, programs] : programs_) {
      const Predicate& tested = plan_.predicates[predicate];
      if (tested.field == no_id)
        keywords.push_back(predicate);
      else
        (ValueIndex::finds(tested.test) ? found : unindexed)[tested.field].push_back(predicate);
    }
    BuiltGate built;
    std::map<FieldId, FieldTriggers> fields;
    for (const auto& [field, predicates] : found) {
      FieldTriggers& triggers = fields[field];
      triggers.first = static_cast<TriggerId>(built.triggers.size());
      for (PredicateId predicate : predicates) add_trigger(predicate, built);
      triggers.last = static_cast<TriggerId>(built.triggers.size());
    }
    for (const auto& [field, predicates] : unindexed)
      for (PredicateId predicate : predicates)
        fields[field].unindexed.push_back(add_trigger(predicate, built));
    for (PredicateId predicate : keywords)
      add_keyword(add_trigger(predicate, built), plan_.predicates[predicate].test, built.gate.keywords);
    for (auto& [field, triggers] : fields) {
      triggers.field = field;
      built.gate.fields.push_back(std::move(triggers));
    }
    return built;
  }

 private:
  TriggerId add_trigger(PredicateId predicate, BuiltGate& built) const {
    const std::vector<ProgramId>& programs = programs_.at(predicate);
    const auto first = static_cast<uint32_t>(built.programs.size());
    built.programs.insert(built.programs.end(), programs.begin(), programs.end());
    built.triggers.push_back({predicate, first, static_cast<uint32_t>(built.programs.size())});
    return static_cast<TriggerId>(built.triggers.size() - 1);
  }

  static void add_keyword(TriggerId trigger, const Test& test, KeywordTriggers& keywords) {
    if (keywords.triggers.empty()) keywords.literals.emplace();
    keywords.triggers.push_back(trigger);
    const auto literals = announcing_literals(test);
    if (literals.empty()) keywords.literals.reset();
    if (!keywords.literals) return;
    for (const std::string& literal : literals) keywords.literals->push_back({literal, trigger});
  }

  const Plan& plan_;
  std::map<PredicateId, std::vector<ProgramId>> programs_;
};

void want_field(const Plan& plan, FieldId field, std::vector<bool>& wanted) {
  for (SlotId slot : plan.fields[field].slots) wanted[slot] = true;
}

// The slots that an expression tests.
void want(const Plan& plan, NodeId id, std::vector<bool>& wanted) {
  const Node& node = plan.nodes[id];
  if (node.kind != Node::Kind::predicate) {
    for (uint32_t i = node.begin; i < node.end; ++i) want(plan, plan.children[i], wanted);
    return;
  }
  const Predicate& predicate = plan.predicates[node.predicate];
  if (predicate.field != no_id) want_field(plan, predicate.field, wanted);
  if (auto* reference = std::get_if<FieldReferenceTest>(&predicate.test))
    want_field(plan, reference->other, wanted);
}

BuiltGate build_gate(const Plan& plan, const std::vector<ProgramId>& members) {
  // First the covers that search as few fields as they can; then, as those fields are searched anyway, the rarest.
  std::set<FieldId> searched;
  for (ProgramId program : members)
    if (auto cover = find_cover(plan, plan.programs[program].root))
      searched.insert(cover->searched.begin(), cover->searched.end());
  const std::vector<FieldId> fields(searched.begin(), searched.end());
  GateBuilder builder(plan);
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

CandidateIndex::CandidateIndex(const Plan& plan, const ForEach& for_each, LiteralSearch search)
    : automata(search), evaluation(plan), plan_(plan) {
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
  for_each(members.size(), [&](size_t gate) { built[gate] = build_gate(plan, members[gate]); });
  for (BuiltGate& one : built) {
    const auto first_trigger = static_cast<TriggerId>(triggers.size());
    const auto first_program = static_cast<uint32_t>(programs.size());
    for (const Trigger& trigger : one.triggers)
      triggers.push_back({trigger.predicate, first_program + trigger.first, first_program + trigger.last});
    programs.insert(programs.end(), one.programs.begin(), one.programs.end());
    for (FieldTriggers& field : one.gate.fields) {
      field.first += first_trigger;
      field.last += first_trigger;
      for (TriggerId& trigger : field.unindexed) trigger += first_trigger;
    }
    for (TriggerId& trigger : one.gate.keywords.triggers) trigger += first_trigger;
    if (one.gate.keywords.literals)
      for (RawFilter::Literal& literal : *one.gate.keywords.literals) literal.id += first_trigger;
    gates.push_back(std::move(one.gate));
  }
  triggers.shrink_to_fit();
  programs.shrink_to_fit();
  share_indexes();
  // Automata must be there before anybody's working memory is.
  if (search == LiteralSearch::vectorscan)
    for (const Gate& gate : gates)
      for (const FieldTriggers& field : gate.fields)
        if (field.index != no_id) indexes_[field.index].get([&] { return make_index(field, &automata); });
}

void CandidateIndex::share_indexes() {
  // Equal tests have one address.
  std::map<std::vector<const Test*>, uint32_t> known;
  for (Gate& gate : gates)
    for (FieldTriggers& field : gate.fields) {
      if (field.first == field.last) continue;
      std::vector<const Test*> tests;
      for (TriggerId id = field.first; id < field.last; ++id)
        tests.push_back(&plan_.predicates[triggers[id].predicate].test);
      const auto [index, fresh] = known.try_emplace(std::move(tests), static_cast<uint32_t>(indexes_.size()));
      if (fresh) indexes_.emplace_back();
      field.index = index->second;
    }
}

std::unique_ptr<const ValueIndex> CandidateIndex::make_index(const FieldTriggers& field,
                                                             LiteralAutomata* left_to) const {
  auto index = std::make_unique<ValueIndex>();
  for (TriggerId id = field.first; id < field.last; ++id)
    index->add(plan_.predicates[triggers[id].predicate].test, id - field.first);
  index->freeze(left_to);
  return index;
}

}  // namespace sigrun
