#include "cli/options.h"

#include <doctest/doctest.h>

using namespace sigrun;
using namespace sigrun::cli;

namespace {

std::string refused(std::string_view text) {
  std::string error;
  CHECK_FALSE(parse_logsource_mode(text, error));
  return error;
}

}  // namespace

TEST_SUITE("cli options") {
  TEST_CASE("log source modes") {
    std::string error;
    CHECK(parse_logsource_mode("auto", error)->kind == LogSourceMode::Kind::automatic);
    CHECK(parse_logsource_mode("off", error)->kind == LogSourceMode::Kind::off);
    const auto fixed = parse_logsource_mode("service=sysmon,product=windows", error);
    REQUIRE(fixed);
    CHECK(fixed->kind == LogSourceMode::Kind::fixed);
    CHECK(fixed->logsource.product == "windows");
    CHECK(fixed->logsource.category.empty());
    CHECK(fixed->logsource.service == "sysmon");
    CHECK(refused("").find("auto, off, or product=") != std::string::npos);
    CHECK(refused("windows").find("\"windows\" is no log source") != std::string::npos);
    CHECK(refused("product=").find("\"product=\"") != std::string::npos);
    CHECK(refused("produkt=x").find("\"produkt=x\"") != std::string::npos);
    CHECK(refused("product=a,").find("\"\"") != std::string::npos);
    CHECK(refused("product=a,product=b").find("twice") != std::string::npos);
  }

  TEST_CASE("levels and statuses are Sigma's words") {
    CHECK(check_level("critical").empty());
    CHECK(check_level("urgent").find("\"urgent\" is no level; write informational") != std::string::npos);
    CHECK_FALSE(check_level("").empty());
    CHECK(check_status("stable").empty());
    CHECK_FALSE(check_status("good").empty());
  }

  TEST_CASE("options become what the engine loads") {
    RuleOptions options;
    options.rules = {"a", "b"};
    options.pipelines = {"sysmon"};
    options.taxonomy = "none";
    options.min_level = "medium";
    options.min_status = "test";
    options.select = {"attack.*"};
    options.exclude = {"*/noisy/*"};
    LoadOptions load;
    std::string error;
    REQUIRE(override_options(options, load, error));
    CHECK(load.rule_paths == options.rules);
    CHECK(load.pipelines == options.pipelines);
    CHECK_FALSE(load.use_taxonomy);
    CHECK(load.taxonomy_path.empty());
    CHECK(load.selection.min_level == sigma::Level::medium);
    CHECK(load.selection.min_status == sigma::Status::test);
    CHECK(load.selection.select == options.select);
    CHECK(load.selection.exclude == options.exclude);
  }

  TEST_CASE("options go over a configuration one by one, lists as a whole") {
    LoadOptions configured;
    configured.rule_paths = {"c", "d"};
    configured.pipelines = {"p"};
    configured.vars_path = "v";
    configured.use_taxonomy = false;
    configured.logsource.kind = LogSourceMode::Kind::off;
    configured.selection.min_level = sigma::Level::high;
    configured.selection.select = {"x", "y"};
    std::string error;
    LoadOptions load = configured;
    REQUIRE(override_options({}, load, error));
    CHECK(load.rule_paths == configured.rule_paths);
    CHECK(load.pipelines == configured.pipelines);
    CHECK(load.vars_path == "v");
    CHECK_FALSE(load.use_taxonomy);
    CHECK(load.logsource.kind == LogSourceMode::Kind::off);
    CHECK(load.selection.min_level == sigma::Level::high);
    CHECK(load.selection.select == configured.selection.select);

    RuleOptions options;
    options.rules = {"a"};
    options.taxonomy = "tables";
    options.logsource = "auto";
    options.min_level = "low";
    options.select = {"z"};
    REQUIRE(override_options(options, load, error));
    CHECK(load.rule_paths == options.rules);
    CHECK(load.pipelines == configured.pipelines);
    CHECK(load.use_taxonomy);
    CHECK(load.taxonomy_path == "tables");
    CHECK(load.logsource.kind == LogSourceMode::Kind::automatic);
    CHECK(load.selection.min_level == sigma::Level::low);
    CHECK(load.selection.select == options.select);
    options.logsource = "windows";
    CHECK_FALSE(override_options(options, load, error));
    CHECK(error.find("\"windows\" is no log source") != std::string::npos);
  }
}
