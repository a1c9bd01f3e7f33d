#include "plan/plan_builder.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "plan/predicate_table.h"
#include "plan/rule_shape.h"
#include "plan/test_pool.h"
#include "support/give_back_memory.h"

namespace sigrun {
namespace {

using sigma::Condition;
using sigma::Detection;
using sigma::DetectionRule;
using sigma::TaxonomyEntry;
using sigma::TaxonomyTable;

// Fields that tell the time of events no table knows.
constexpr std::string_view common_time_fields[] = {"@timestamp",    "timestamp", "Timestamp",   "time",
                                                   "eventTime",     "EventTime", "TimeCreated", "UtcTime",
                                                   "TimeGenerated", "Datetime",  "ts",          "date"};

// How the rule's field names become fields in one context: a table, a table's entry, or several tables at once.
class Spelling {
 public:
  using Function = std::function<std::vector<std::string>(const std::string&)>;
  Spelling() = default;
  explicit Spelling(Function spell) : spell_(std::move(spell)) {}
  explicit operator bool() const { return static_cast<bool>(spell_); }
  std::vector<std::string> operator()(const std::string& name) const { return spell_(name); }
  FieldId& known(const std::string& name) const { return known_.try_emplace(name, no_id).first->second; }

 private:
  Function spell_;
  mutable std::unordered_map<std::string, FieldId> known_;  // what resolve() found before
};

// So many rules' values are read at once, and let go of.
constexpr size_t rules_at_once = 256;

void one_after_another(size_t count, const std::function<void(size_t)>& visit) {
  for (size_t i = 0; i < count; ++i) visit(i);
}

std::vector<std::string> literal_spelling(const std::string& field) { return {field}; }

class PlanBuilder {
 public:
  explicit PlanBuilder(const PlanInput& input)
      : input_(input),
        plan_(std::make_unique<Plan>()),
        tests_(plan_->tests, input.limits),
        predicates_(plan_->predicates) {
    for_each_ = input.for_each ? input.for_each : ForEach(one_after_another);
  }

  std::unique_ptr<const Plan> build() {
    plan_->automatic = input_.routing == Routing::automatic;
    read_rules();
    if (input_.routing == Routing::automatic) read_routing();
    tests_.forget();  // the programs need none of the keys
    if (input_.given_up) give_back_memory();
    if (input_.routing == Routing::automatic)
      for (const TaxonomyTable& table : input_.tables) add_view(table);
    add_open_view();
    freeze();
    return std::move(plan_);
  }

 private:
  // ---- rules -----------------------------------------------------------------------------------------------------

  // What can be said of a rule under any spelling of its fields.
  void read_rules() {
    const size_t count = input_.rules.size();
    plan_->rules.resize(count);
    shapes_.resize(count);
    for (size_t first = 0; first < count; first += rules_at_once) {
      std::vector<std::vector<const sigma::Value*>> values(std::min(rules_at_once, count - first));
      for_each_(values.size(), [&](size_t i) {
        const DetectionRule& rule = input_.rules[first + i];
        const bool correlated = input_.correlated && (*input_.correlated)[first + i];
        plan_->rules[first + i] = {rule.muted, !rule.muted || correlated,
                                   std::make_shared<const Explanations>(rule)};
      });
      for (size_t i = 0; i < values.size(); ++i)
        for (const sigma::Selection& selection : input_.rules[first + i].selections)
          take_shape(selection.detection, names_, shapes_[first + i], values[i]);
      auto tests = tests_.add_all(values, for_each_);
      for (size_t i = 0; i < values.size(); ++i) shapes_[first + i].tests = std::move(tests[i]);
      if (input_.given_up)
        for (size_t i = 0; i < values.size(); ++i)
          std::vector<sigma::Selection>().swap((*input_.given_up)[first + i].selections);
    }
  }

  // ---- fields ----------------------------------------------------------------------------------------------------

  // Until freeze() a field's slots are the paths' numbers in the trie.
  FieldId add_field(const std::vector<std::string>& spellings) {
    std::vector<uint32_t> paths;
    for (const std::string& spelling : spellings) paths.push_back(plan_->paths.add(spelling));
    auto [known, fresh] = fields_.try_emplace(paths, static_cast<FieldId>(plan_->fields.size()));
    if (fresh) plan_->fields.push_back({std::move(paths)});
    return known->second;
  }

  FieldId resolve(const std::string& name, bool literal, const Spelling& spelling) {
    if (literal) return add_field({name});
    FieldId& known = spelling.known(name);
    if (known == no_id) known = add_field(spelling(name));
    return known;
  }

  // ---- predicates ------------------------------------------------------------------------------------------------

  TestId add_reference(const sigma::FieldReference& reference, const Spelling& spelling) {
    return tests_.add_reference(
        {resolve(reference.field, reference.literal_field, spelling), reference.mode, reference.cased});
  }

  PredicateId add_predicate(FieldId field, TestId test) {
    const Test& compiled = plan_->tests[test];
    const PredicateId id = predicates_.find_or_number(field, compiled);
    if (id == plan_->predicates.size()) plan_->predicates.push_back({field, compiled});
    return id;
  }

  // ---- expressions -----------------------------------------------------------------------------------------------

  NodeId add_node(Node node) {
    plan_->nodes.push_back(node);
    return static_cast<NodeId>(plan_->nodes.size() - 1);
  }

  NodeId add_list(Node::Kind kind, const std::vector<NodeId>& list, uint32_t threshold = 0) {
    if (list.size() == 1 && (kind == Node::Kind::all_of || kind == Node::Kind::any_of)) return list[0];
    Node node;
    node.kind = kind;
    node.threshold = threshold & 0xFF'FFFF;  // limits hold it far below
    node.begin = static_cast<uint32_t>(plan_->children.size());
    plan_->children.insert(plan_->children.end(), list.begin(), list.end());
    node.end = static_cast<uint32_t>(plan_->children.size());
    return add_node(node);
  }

  // How much of a shape is planned. Its tests are in document order, as explanations are.
  struct Planned {
    const RuleShape& shape;
    size_t parts = 0, references = 0;
    uint32_t tests = 0;
  };

  NodeId add_item(const RuleShape::Part& item, const Spelling& spelling, Planned& planned) {
    FieldId field = item.keyword ? no_id : resolve(names_[item.name], item.literal_field, spelling);
    std::vector<NodeId> leaves;
    for (uint32_t i = 0; i < item.size; ++i) {
      Node leaf;
      leaf.explanation = planned.tests++;
      TestId test = planned.shape.tests[leaf.explanation];
      if (test == no_id) test = add_reference(planned.shape.references[planned.references++], spelling);
      leaf.predicate = add_predicate(field, test);
      leaves.push_back(add_node(leaf));
    }
    NodeId node = add_list(item.match_all ? Node::Kind::all_of : Node::Kind::any_of, leaves);
    return item.negated ? add_list(Node::Kind::negation, {node}) : node;
  }

  // The next detection of the shape.
  NodeId add_detection(const Spelling& spelling, Planned& planned) {
    const RuleShape::Part& part = planned.shape.parts[planned.parts++];
    if (part.kind == Detection::Kind::item) return add_item(part, spelling, planned);
    std::vector<NodeId> list;
    for (uint32_t i = 0; i < part.size; ++i) list.push_back(add_detection(spelling, planned));
    return add_list(part.kind == Detection::Kind::all_of ? Node::Kind::all_of : Node::Kind::any_of, list);
  }

  NodeId add_condition(const Condition& condition, const std::vector<NodeId>& selections) {
    std::vector<NodeId> list;
    switch (condition.kind) {
      case Condition::Kind::selection: return selections[condition.selection];
      case Condition::Kind::at_least:
        for (size_t selection : condition.selections) list.push_back(selections[selection]);
        if (condition.threshold == 1) return add_list(Node::Kind::any_of, list);
        if (condition.threshold == list.size()) return add_list(Node::Kind::all_of, list);
        return add_list(Node::Kind::at_least, list, static_cast<uint32_t>(condition.threshold));
      case Condition::Kind::all_of:
      case Condition::Kind::any_of:
      case Condition::Kind::negation:
        for (const Condition& child : condition.children) list.push_back(add_condition(child, selections));
        return add_list(condition.kind == Condition::Kind::all_of   ? Node::Kind::all_of
                        : condition.kind == Condition::Kind::any_of ? Node::Kind::any_of
                                                                    : Node::Kind::negation,
                        list);
    }
    return no_id;
  }

  // The fields that a rule's tests are about, in document order.
  std::vector<FieldId> resolve_all(const RuleShape& shape, const Spelling& spelling) {
    std::vector<FieldId> fields;
    size_t tests = 0, references = 0;
    for (const RuleShape::Part& part : shape.parts) {
      if (part.kind != Detection::Kind::item) continue;
      fields.push_back(part.keyword ? no_id : resolve(names_[part.name], part.literal_field, spelling));
      for (uint32_t i = 0; i < part.size; ++i) {
        if (shape.tests[tests++] != no_id) continue;
        const sigma::FieldReference& reference = shape.references[references++];
        fields.push_back(resolve(reference.field, reference.literal_field, spelling));
      }
    }
    return fields;
  }

  // Spellings under which a rule's fields are the same share its program.
  ProgramId add_program(RuleIndex rule, const Spelling& spelling) {
    std::vector<FieldId> fields = resolve_all(shapes_[rule], spelling);
    if (input_.captured)
      for (const std::string& field : (*input_.captured)[rule])
        fields.push_back(resolve(field, false, spelling));
    ProgramId& program = programs_.try_emplace({rule, std::move(fields)}, no_id).first->second;
    if (program == no_id) program = compile_program(rule, spelling);
    return program;
  }

  ProgramId compile_program(RuleIndex rule, const Spelling& spelling) {
    std::vector<NodeId> selections;
    Planned planned{shapes_[rule]};
    while (planned.parts < planned.shape.parts.size()) selections.push_back(add_detection(spelling, planned));
    plan_->programs.push_back(
        {rule, add_condition(input_.rules[rule].condition, selections), add_captured(rule, spelling)});
    return static_cast<ProgramId>(plan_->programs.size() - 1);
  }

  uint32_t add_captured(RuleIndex rule, const Spelling& spelling) {
    const auto first = static_cast<uint32_t>(plan_->captured.size());
    if (input_.captured)
      for (const std::string& field : (*input_.captured)[rule])
        plan_->captured.push_back(resolve(field, false, spelling));
    return first;
  }

  // ---- views -----------------------------------------------------------------------------------------------------

  NodeId add_routing(const Detection& detection, const TaxonomyTable& table) {
    Planned planned{routing_[&detection]};
    return add_detection(spelling_of(table, nullptr), planned);
  }

  void read_routing() {
    auto read = [&](const Detection& detection) {
      std::vector<std::vector<const sigma::Value*>> values(1);
      RuleShape& shape = routing_[&detection];
      take_shape(detection, names_, shape, values[0]);
      shape.tests = std::move(tests_.add_all(values, for_each_)[0]);
    };
    for (const TaxonomyTable& table : input_.tables) {
      if (table.recognise) read(*table.recognise);
      for (const TaxonomyEntry& entry : table.entries)
        if (entry.when) read(*entry.when);
    }
  }

  static Spelling spelling_of(const TaxonomyTable& table, const TaxonomyEntry* entry) {
    return Spelling([&table, entry](const std::string& name) { return table.spellings(name, entry); });
  }

  void add_view(const TaxonomyTable& table) {
    if (!table.recognise) return;
    View view;
    view.name = table.name;
    view.recognise = add_routing(*table.recognise, table);
    view.zone_seconds = input_.time.zone_seconds.value_or(table.zone_seconds);
    view.lateness_seconds = input_.time.lateness_seconds.value_or(table.lateness_seconds);
    add_time_fields(table, view);
    for (const auto& alternative : table.id_fields) {
      std::vector<FieldId> fields;
      for (const std::string& field : alternative)
        fields.push_back(add_field(table.spellings(field, nullptr)));
      view.id_fields.push_back(std::move(fields));
    }
    const Spelling table_spelling = spelling_of(table, nullptr);
    // Entries without spellings of their own share the programs of the table.
    std::map<RuleIndex, ProgramId> shared;
    for (const TaxonomyEntry& entry : table.entries) {
      ViewEntry compiled;
      compiled.logsource = entry.logsource;
      if (entry.when) compiled.when = add_routing(*entry.when, table);
      const Spelling entry_spelling = spelling_of(table, &entry);
      for (RuleIndex rule = 0; rule < input_.rules.size(); ++rule) {
        if (!input_.rules[rule].logsource.covers(entry.logsource)) continue;
        if (!entry.fields.empty()) {
          compiled.programs.push_back(add_program(rule, entry_spelling));
          continue;
        }
        auto [known, fresh] = shared.try_emplace(rule, no_id);
        if (fresh) known->second = add_program(rule, table_spelling);
        compiled.programs.push_back(known->second);
      }
      view.entries.push_back(std::move(compiled));
    }
    plan_->views.push_back(std::move(view));
  }

  // The spellings of a rule's field in every table that has the rule's log source: its own name first.
  Spelling open_spelling(const sigma::LogSource& logsource) const {
    std::vector<std::pair<const TaxonomyTable*, const TaxonomyEntry*>> contexts;
    for (const TaxonomyTable& table : input_.tables) {
      bool table_taken = false;
      for (const TaxonomyEntry& entry : table.entries) {
        if (!logsource.covers(entry.logsource)) continue;
        if (entry.fields.empty() && table_taken) continue;
        table_taken = table_taken || entry.fields.empty();
        contexts.emplace_back(&table, entry.fields.empty() ? nullptr : &entry);
      }
    }
    return Spelling([contexts = std::move(contexts)](const std::string& name) {
      std::vector<std::string> all = {name};
      std::set<std::string> seen = {name};
      for (const auto& [table, entry] : contexts)
        for (std::string& spelling : table->spellings(name, entry))
          if (seen.insert(spelling).second) all.push_back(std::move(spelling));
      return all;
    });
  }

  void add_open_view() {
    std::map<std::string, Spelling> spellings;  // by log source
    for (RuleIndex rule = 0; rule < input_.rules.size(); ++rule) {
      const sigma::LogSource& logsource = input_.rules[rule].logsource;
      bool fixed = input_.routing == Routing::fixed;
      if (fixed && logsource.contradicts(input_.fixed)) continue;
      bool covered = fixed && logsource.covers(input_.fixed);
      const sigma::LogSource& spelled = covered ? input_.fixed : logsource;
      Spelling& spelling = spellings[spelled.to_string()];
      if (!spelling)
        spelling = input_.routing == Routing::off ? Spelling(literal_spelling) : open_spelling(spelled);
      ProgramId program = add_program(rule, spelling);
      bool unconditional = input_.routing == Routing::off || covered;
      (unconditional ? plan_->open.always : open_programs_).push_back(program);
    }
    plan_->open.zone_seconds = input_.time.zone_seconds.value_or(0);
    plan_->open.lateness_seconds = input_.time.lateness_seconds.value_or(lateness_of_open_view());
    add_open_time_fields();
  }

  // ---- times -----------------------------------------------------------------------------------------------------

  void add_time_fields(const TaxonomyTable& table, View& view) {
    for (const std::string& field : input_.time.fields) {
      std::vector<std::string> names = {field};  // as written, before what the table makes of it
      for (std::string& spelling : table.spellings(field, nullptr))
        if (spelling != field) names.push_back(std::move(spelling));
      view.time_fields.push_back(add_field(names));
    }
    if (!input_.time.fields.empty()) {
      view.time_field = input_.time.fields[0];
      return;
    }
    for (const std::string& field : table.time_fields)
      view.time_fields.push_back(add_field(table.spellings(field, nullptr)));
    if (!table.time_fields.empty()) view.time_field = table.spellings(table.time_fields[0], nullptr).front();
  }

  void add_open_time_fields() {
    std::set<std::string> known;
    auto add = [&](const std::string& name) {
      if (known.insert(name).second) plan_->open.time_fields.push_back(add_field({name}));
    };
    auto add_spellings = [&](const TaxonomyTable& table, const std::string& field) {
      for (const std::string& spelling : table.spellings(field, nullptr)) add(spelling);
    };
    for (const std::string& field : input_.time.fields) {
      add(field);
      for (const TaxonomyTable& table : input_.tables) add_spellings(table, field);
    }
    if (!input_.time.fields.empty()) {
      plan_->open.time_field = input_.time.fields[0];
      return;
    }
    plan_->open.time_field = common_time_fields[0];
    for (std::string_view field : common_time_fields) add(std::string(field));
    for (const TaxonomyTable& table : input_.tables)
      for (const std::string& field : table.time_fields) add_spellings(table, field);
  }

  // Where all events are said to be of one log source, its tables are asked; the latest of them is waited for.
  int64_t lateness_of_open_view() const {
    std::optional<int64_t> latest;
    if (input_.routing == Routing::fixed)
      for (const TaxonomyTable& table : input_.tables)
        for (const TaxonomyEntry& entry : table.entries)
          if (input_.fixed.covers(entry.logsource))
            latest = std::max(latest.value_or(0), table.lateness_seconds);
    return latest.value_or(TaxonomyTable().lateness_seconds);
  }

  // ---- finishing -------------------------------------------------------------------------------------------------

  // Fields that the condition tests positively: by a value under an even number of negations, or by the denial of their absence.
  void positive_fields(NodeId id, bool positive, std::set<FieldId>& fields, bool& keyword) const {
    const Node& node = plan_->nodes[id];
    if (node.kind != Node::Kind::predicate) {
      bool below = node.kind == Node::Kind::negation ? !positive : positive;
      for (uint32_t i = node.begin; i < node.end; ++i)
        positive_fields(plan_->children[i], below, fields, keyword);
      return;
    }
    const Predicate& predicate = plan_->predicates[node.predicate];
    if (predicate.field == no_id) {
      keyword = keyword || positive;
      return;
    }
    auto* exists = std::get_if<sigma::Exists>(&predicate.test);
    bool asks_for_absence =
        std::holds_alternative<sigma::IsNull>(predicate.test) || (exists && !exists->present);
    if (asks_for_absence != positive) fields.insert(predicate.field);
  }

  void freeze() {
    plan_->paths.freeze();
    plan_->predicates.shrink_to_fit();
    plan_->nodes.shrink_to_fit();
    plan_->children.shrink_to_fit();
    for (Field& field : plan_->fields)
      for (SlotId& slot : field.slots) slot = plan_->paths.slot_of(slot);
    plan_->open.by_slot.resize(plan_->paths.slot_count());
    for (ProgramId program : open_programs_) {
      std::set<FieldId> fields;
      bool keyword = false;
      positive_fields(plan_->programs[program].root, true, fields, keyword);
      if (keyword) plan_->open.always.push_back(program);
      std::set<SlotId> slots;
      for (FieldId field : fields)
        slots.insert(plan_->fields[field].slots.begin(), plan_->fields[field].slots.end());
      if (!keyword)
        for (SlotId slot : slots) plan_->open.by_slot[slot].push_back(program);
    }
  }

  const PlanInput& input_;
  std::unique_ptr<Plan> plan_;
  std::vector<ProgramId> open_programs_;  // of the open view, tried where a field of theirs is
  std::map<std::vector<uint32_t>, FieldId> fields_;
  std::map<std::pair<RuleIndex, std::vector<FieldId>>, ProgramId> programs_;
  ForEach for_each_;
  TestPool tests_;
  FieldNames names_;
  std::vector<RuleShape> shapes_;  // by rule
  std::map<const Detection*, RuleShape> routing_;
  PredicateTable predicates_;
};

}  // namespace

std::unique_ptr<const Plan> build_plan(const PlanInput& input) { return PlanBuilder(input).build(); }

}  // namespace sigrun
