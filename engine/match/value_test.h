// Whether one value of an event satisfies one test of a rule. The tests that look at a field as a whole (null, exists, a
// reference to another field) are the evaluator's.
#pragma once

#include "event/slot_table.h"
#include "plan/plan.h"

namespace sigrun {

bool value_satisfies(const Test& test, EventValue& value, SlotTable& table);

// field|fieldref: `value` of the field against `other` of the field referred to.
bool values_agree(const FieldReferenceTest& test, EventValue& value, EventValue& other, SlotTable& table);

}  // namespace sigrun
