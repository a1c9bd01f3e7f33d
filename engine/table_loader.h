// From paths to log source tables: find files, read, order, refuse two of one name.
#pragma once

#include <optional>
#include <vector>

#include "load_options.h"
#include "sigma/taxonomy.h"

namespace sigrun {

// The tables that the options name, in the order in which they are tried. Empty with report.fatal set when one is broken.
std::optional<std::vector<sigma::TaxonomyTable>> load_tables(const LoadOptions& options, LoadReport& report);

}  // namespace sigrun
