#include "plan/plan_builder.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "plan/test_pool.h"

namespace sigrun {
namespace {

using sigma::Condition;
using sigma::Detection;
using sigma::DetectionItem;
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

void one_after_another(size_t count, const std::function<void(size_t)>& visit) {
  for (size_t i = 0; i < count; ++i) visit(i);
}

std::vector<std::string> literal_spelling(const std::string& field) { return {field}; }

class PlanBuilder {
 public:
  explicit PlanBuilder(const PlanInput& input)
      : input_(input), plan_(std::make_unique<Plan>()), tests_(plan_->tests, input.limits) {
    for_each_ = input.for_each ? input.for_each : ForEach(one_after_another);
  }

  std::unique_ptr<const Plan> build() {
    plan_->automatic = input_.routing == Routing::automatic;
    read_rules();
    if (input_.routing == Routing::automatic)
      for (const TaxonomyTable& table : input_.tables) add_view(table);
    add_open_view();
    freeze();
    return std::move(plan_);
  }

 private:
  // ---- rules -----------------------------------------------------------------------------------------------------

  static void values_of(const Detection& detection, std::vector<const sigma::Value*>& values) {
    for (const Detection& child : detection.children) values_of(child, values);
    if (detection.kind != Detection::Kind::item) return;
    for (const sigma::ItemValue& value : detection.item->values) values.push_back(&value.value);
  }

  // What can be said of a rule under any spelling of its fields.
  void read_rules() {
    const size_t count = input_.rules.size();
    std::vector<std::vector<const sigma::Value*>> values(count);
    plan_->rules.resize(count);
    for_each_(count, [&](size_t i) {
      const DetectionRule& rule = input_.rules[i];
      const bool correlated = input_.correlated && (*input_.correlated)[i];
      plan_->rules[i] = {rule.logsource, rule.muted, !rule.muted || correlated,
                         std::make_shared<const Explanations>(rule)};
      for (const sigma::Selection& selection : rule.selections) values_of(selection.detection, values[i]);
    });
    tests_of_rules_ = tests_.add_all(values, for_each_);
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

  PredicateId add_predicate(FieldId field, const sigma::Value& value, TestId test, const Spelling& spelling) {
    if (auto* reference = std::get_if<sigma::FieldReference>(&value))
      test = tests_.add_reference(
          {resolve(reference->field, reference->literal_field, spelling), reference->mode, reference->cased});
    auto [known, fresh] = predicates_.try_emplace(uint64_t{field} << 32 | test,
                                                  static_cast<PredicateId>(plan_->predicates.size()));
    if (fresh) plan_->predicates.push_back({field, plan_->tests[test]});
    return known->second;
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
    node.threshold = threshold;
    node.begin = static_cast<uint32_t>(plan_->children.size());
    plan_->children.insert(plan_->children.end(), list.begin(), list.end());
    node.end = static_cast<uint32_t>(plan_->children.size());
    return add_node(node);
  }

  // The tests of a rule or table in document order, and how many of them are planned: explanations have the same order.
  struct Tests {
    const std::vector<TestId>& ids;
    uint32_t next = 0;
  };

  NodeId add_item(const DetectionItem& item, const Spelling& spelling, Tests& tests) {
    FieldId field = item.keyword ? no_id : resolve(item.field, item.literal_field, spelling);
    std::vector<NodeId> leaves;
    for (const sigma::ItemValue& value : item.values) {
      Node leaf;
      leaf.explanation = tests.next++;
      leaf.predicate = add_predicate(field, value.value, tests.ids[leaf.explanation], spelling);
      leaves.push_back(add_node(leaf));
    }
    NodeId node = add_list(item.match_all ? Node::Kind::all_of : Node::Kind::any_of, leaves);
    return item.negated ? add_list(Node::Kind::negation, {node}) : node;
  }

  NodeId add_detection(const Detection& detection, const Spelling& spelling, Tests& tests) {
    if (detection.kind == Detection::Kind::item) return add_item(*detection.item, spelling, tests);
    std::vector<NodeId> list;
    for (const Detection& child : detection.children) list.push_back(add_detection(child, spelling, tests));
    return add_list(detection.kind == Detection::Kind::all_of ? Node::Kind::all_of : Node::Kind::any_of,
                    list);
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
  void resolve_all(const Detection& detection, const Spelling& spelling, std::vector<FieldId>& fields) {
    for (const Detection& child : detection.children) resolve_all(child, spelling, fields);
    if (detection.kind != Detection::Kind::item) return;
    const DetectionItem& item = *detection.item;
    fields.push_back(item.keyword ? no_id : resolve(item.field, item.literal_field, spelling));
    for (const sigma::ItemValue& value : item.values)
      if (auto* reference = std::get_if<sigma::FieldReference>(&value.value))
        fields.push_back(resolve(reference->field, reference->literal_field, spelling));
  }

  // Spellings under which a rule's fields are the same share its program.
  ProgramId add_program(RuleIndex rule, const Spelling& spelling) {
    const DetectionRule& source = input_.rules[rule];
    std::vector<FieldId> fields;
    for (const sigma::Selection& selection : source.selections)
      resolve_all(selection.detection, spelling, fields);
    if (input_.captured)
      for (const std::string& field : (*input_.captured)[rule]) fields.push_back(resolve(field, false, spelling));
    ProgramId& program = programs_.try_emplace({rule, std::move(fields)}, no_id).first->second;
    if (program == no_id) program = compile_program(rule, spelling);
    return program;
  }

  ProgramId compile_program(RuleIndex rule, const Spelling& spelling) {
    const DetectionRule& source = input_.rules[rule];
    std::vector<NodeId> selections;
    Tests tests{tests_of_rules_[rule]};
    for (const sigma::Selection& selection : source.selections)
      selections.push_back(add_detection(selection.detection, spelling, tests));
    plan_->programs.push_back({rule, add_condition(source.condition, selections), add_captured(rule, spelling)});
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
    std::vector<std::vector<const sigma::Value*>> values(1);
    values_of(detection, values[0]);
    const auto ids = tests_.add_all(values, for_each_);
    Tests tests{ids[0]};
    return add_detection(detection, spelling_of(table, nullptr), tests);
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
  std::vector<std::vector<TestId>> tests_of_rules_;
  std::unordered_map<uint64_t, PredicateId> predicates_;  // by field and test
};

}  // namespace

std::unique_ptr<const Plan> build_plan(const PlanInput& input) { return PlanBuilder(input).build(); }

}  // namespace sigrun
