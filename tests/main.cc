// The one test program. Runs from the project's root; a test that cannot run where it is says so on stderr, in a line
// that begins with "SKIPPED: ", which scripts/test counts.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
