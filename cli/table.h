// Alerts as rows of a table for people: when, how serious, which rule, what matched, where.
//
// Rows come out one by one as alerts arrive, so the columns have fixed widths, shared out from the width of
// the terminal. Event data is made harmless (terminal.h) before it is shown. Immutable; any number of
// threads.
#pragma once

#include <cstddef>
#include <string>

#include "alert/alert.h"

namespace sigrun::cli {

class AlertTable {
 public:
  AlertTable(size_t width, bool colour);

  std::string header() const;
  std::string row(const Alert& alert) const;

 private:
  std::string line(const std::string& time, const std::string& level, const std::string& title,
                   const std::string& matched, const std::string& source) const;

  bool colour_;
  size_t title_width_, matched_width_, source_width_;  // 0: the column is left out
};

// "Image=…\cmd.exe  CommandLine=…": the reasons, each shortened around what the rule looked for, as many as
// fit.
std::string describe_matches(const std::vector<Match>& matches, size_t width);

// The escape sequence of a level ("" for none), and the one that ends it.
const char* level_colour(sigma::Level level);
inline constexpr const char* colour_end = "\x1b[0m";

}  // namespace sigrun::cli
