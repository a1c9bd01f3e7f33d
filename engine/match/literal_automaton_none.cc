// For builds without vectorscan: nothing compiles, so that the own search finds everything.
#include "match/literal_automaton.h"

namespace sigrun {

LiteralScratch::~LiteralScratch() = default;
LiteralAutomaton::~LiteralAutomaton() = default;
LiteralAutomata::~LiteralAutomata() = default;

bool LiteralAutomata::available() { return false; }

std::unique_ptr<const LiteralAutomaton> LiteralAutomata::compile(std::vector<SearchedLiteral>,
                                                                 LiteralAnchor) {
  return nullptr;
}

LiteralScratch LiteralAutomata::make_scratch() const { return {}; }

void LiteralAutomaton::scan(std::string_view, LiteralScratch&) const {}  // there are none

}  // namespace sigrun
