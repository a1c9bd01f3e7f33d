#include "match/flat_conditions.h"

#include <algorithm>

namespace sigrun {
namespace {

// Of a text that is there and folded, and short work.
const TextTest* quick_text_test(const Predicate& predicate) {
  const auto* text = std::get_if<TextTest>(&predicate.test);
  const bool quick = text && predicate.field != no_id && !text->cased &&
                     text->shape != TextTest::Shape::anything && text->shape != TextTest::Shape::segments;
  return quick ? text : nullptr;
}

}  // namespace

uint32_t FlatConditions::make(NodeId root) {
  reversed_.clear();
  const uint16_t first = add(root, Question::holds, Question::fails);
  const size_t count = reversed_.size();
  // Without a child a node is decided before anything is asked.
  if (size_t{first} + 1 != count || count >= Question::fails || questions_.size() + count > most_questions)
    return too_large;
  const auto condition = static_cast<uint32_t>(questions_.size() + 1);
  // The other way round, from the first one on: what lies behind it is asked after it.
  auto turned = [&](uint16_t place) {
    return place >= Question::fails ? place : static_cast<uint16_t>(first - place);
  };
  for (size_t i = count; i-- > 0;) {
    Question& question = questions_.emplace_back(reversed_[i]);
    question.if_true = turned(question.if_true);
    question.if_false = turned(question.if_false);
  }
  return condition;
}

// Returns where the node's first question is. What comes behind a question is added before it.
uint16_t FlatConditions::add(NodeId id, uint16_t if_true, uint16_t if_false) {
  if (reversed_.size() >= Question::fails) return 0;  // it will not be kept
  const Node& node = plan_.nodes[id];
  const std::vector<NodeId>& children = evaluation_.order.children();
  const bool list = node.kind == Node::Kind::any_of && evaluation_.lists.of(id) != no_id;
  if (node.kind == Node::Kind::negation) return add(children[node.begin], if_false, if_true);
  if (node.kind == Node::Kind::all_of || (node.kind == Node::Kind::any_of && !list)) {
    const bool all = node.kind == Node::Kind::all_of;
    uint16_t next = all ? if_true : if_false;
    for (uint32_t i = node.end; i-- > node.begin;)
      next = all ? add(children[i], next, if_false) : add(children[i], if_true, next);
    return next;
  }
  Question question = leaf(id);
  question.if_true = if_true;
  question.if_false = if_false;
  reversed_.push_back(question);
  return static_cast<uint16_t>(reversed_.size() - 1);
}

Question FlatConditions::leaf(NodeId id) const {
  const Node& node = plan_.nodes[id];
  Question question;
  if (node.kind == Node::Kind::at_least) {
    question.kind = Question::Kind::node;
    question.subject = id;
  } else if (node.kind == Node::Kind::any_of) {
    question.kind = Question::Kind::list;
    question.subject = evaluation_.lists.of(id);
  } else {
    const Predicate& predicate = plan_.predicates[node.predicate];
    question.subject = node.predicate;
    question.test = quick_text_test(predicate);
    question.field = predicate.field;
    question.kind = question.test ? Question::Kind::text : Question::Kind::predicate;
    question.found = evaluation_.fields.finds(node.predicate);
  }
  return question;
}

}  // namespace sigrun
