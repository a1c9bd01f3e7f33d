// The log source tables of rules/taxonomy as one text, in the order of their names. Tests run in the project's folder.
#pragma once

#include <string>

namespace sigrun::test {

std::string shipped_tables();

}  // namespace sigrun::test
