// What a detection rule asks of events, as sixteen bytes: the same while the rule matches the same events, whatever its title, level or layout.
//
// Of a rule as it is planned: pipelines, placeholders and filters have been applied. Selections count as far as the condition uses them. Log source tables
// are left out: rules of one run and the next are compared.
#pragma once

#include "sigma/rule.h"
#include "support/identity.h"

namespace sigrun {

Identity fingerprint_of(const sigma::DetectionRule& rule);

}  // namespace sigrun
