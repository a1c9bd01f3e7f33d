// Every message that reading rules can give, to the letter and with its place: what authors see is part of the product.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::diagnostics_of;

namespace {

struct Golden {
  std::string name, yaml, said;
};

// `items` stands from line 5, column 5.
std::string with_items(const std::string& items) { return sigrun::test::rule_with_items(items); }

const Golden item_errors[] = {
    {"unknown modifier with a neighbour", "F|contians: x", "r.yml:5:5: error: unknown modifier 'contians'; did you mean 'contains'?"},
    {"unknown modifier in upper case", "F|RE: x", "r.yml:5:5: error: unknown modifier 'RE'; did you mean 're'?"},
    {"unknown modifier like nothing", "F|soundslike: x", "r.yml:5:5: error: unknown modifier 'soundslike'"},
    {"mistyped all", "F|al: [a, b]", "r.yml:5:5: error: unknown modifier 'al'; did you mean 'all'?"},
    {"empty modifier", "F|: x", "r.yml:5:5: error: unknown modifier ''"},
    {"empty modifier in the middle", "F||contains: x", "r.yml:5:5: error: unknown modifier ''"},
    {"empty key", "'': x", "r.yml:5:5: error: a field name is missing; for keywords with modifiers write '|all' and the like"},
    {"all with one value", "F|all: x", "r.yml:5:5: error: all: needs a list of values; with one value leave it out"},
    {"empty list", "F: []", "r.yml:5:8: error: 'F' has an empty list of values: it could never match"},
    {"map as a value", "F: {a: b}", "r.yml:5:8: error: a value must be text, a number, true, false or null, not a map; for nested fields write the path: parent.child"},
    {"list in a list", "F: [[a]]", "r.yml:5:9: error: a value must be text, a number, true, false or null, not a list"},
    {"re not first", "F|contains|re: x", "r.yml:5:20: error: re: must be the first modifier: write re|contains, not contains|re"},
    {"re null", "F|re:", "r.yml:5:5: error: re: needs a regular expression"},
    {"re broken", "F|re: 'a('", "r.yml:5:11: error: re: the regular expression does not compile: missing ): a("},
    {"re lookahead", "F|re: '(?=a)'", "r.yml:5:11: error: re: the regular expression does not compile: invalid perl operator: (?=; RE2 has no lookaround, backreferences or atomic groups: use a second item with neq, or a filter selection"},
    {"re backreference", "F|re: '(a)\\1'", "r.yml:5:11: error: re: the regular expression does not compile: invalid escape sequence: \\1; RE2 has no lookaround, backreferences or atomic groups: use a second item with neq, or a filter selection"},
    {"regex flag alone", "F|i: x", "r.yml:5:10: error: i: stands only after re"},
    {"multiline alone", "F|multiline: x", "r.yml:5:18: error: multiline: stands only after re"},
    {"dotall alone", "F|s: x", "r.yml:5:10: error: s: stands only after re"},
    {"cased regex", "F|re|cased: x", "r.yml:5:17: error: cased: does not go with re, which is case-sensitive already; use re|i for the opposite"},
    {"exists as text", "F|exists: 'true'", "r.yml:5:15: error: exists: needs true or false (unquoted, lower case), and no other modifier before it"},
    {"exists as a keyword", "'|exists': true", "r.yml:5:16: error: exists: needs a field; keywords have none"},
    {"fieldref as a keyword", "'|fieldref': G", "r.yml:5:18: error: fieldref: needs a field; keywords have none"},
    {"fieldref number", "F|fieldref: 5", "r.yml:5:17: error: fieldref: needs the name of a field"},
    {"fieldref with a wildcard", "F|fieldref: 'G*'", "r.yml:5:17: error: fieldref: needs the name of one field, without wildcards; contains, startswith and endswith stand behind it"},
    {"fieldref of a contained value", "F|contains|fieldref: G", "r.yml:5:26: error: fieldref: needs the name of one field, without wildcards; contains, startswith and endswith stand behind it"},
    {"cidr with host bits", "F|cidr: 10.0.0.1/8", "r.yml:5:13: error: cidr: '10.0.0.1/8' has host bits set behind its /8; clear them, or write /32 for one address"},
    {"cidr v6 with host bits", "F|cidr: '2001:db8::1/32'", "r.yml:5:13: error: cidr: '2001:db8::1/32' has host bits set behind its /32; clear them, or write /128 for one address"},
    {"cidr no network", "F|cidr: 10.0.0/8", "r.yml:5:13: error: cidr: '10.0.0/8' is no network; write it as 10.0.0.0/8 or 2001:db8::/32"},
    {"cidr prefix too long", "F|cidr: 10.0.0.0/33", "r.yml:5:13: error: cidr: '10.0.0.0/33' is no network; write it as 10.0.0.0/8 or 2001:db8::/32"},
    {"cidr after a modifier", "F|contains|cidr: 10.0.0.0/8", "r.yml:5:22: error: cidr: stands alone: the network is taken as written"},
    {"cidr number", "F|cidr: 10", "r.yml:5:13: error: cidr: '10' is no network; write it as 10.0.0.0/8 or 2001:db8::/32"},
    {"gt with quoted digits", "F|gt: '5'", "r.yml:5:11: error: gt: needs an unquoted number"},
    {"lte with a word", "F|lte: many", "r.yml:5:12: error: lte: needs an unquoted number"},
    {"gt twice", "F|gt|gt: 5", "r.yml:5:14: error: gt: needs an unquoted number"},
    {"time part behind its comparison", "F|gt|hour: 5", "r.yml:5:16: error: hour: needs an unquoted number; a comparison stands behind it (hour|gte)"},
    {"hour out of range", "F|hour: 24", "r.yml:5:13: error: hour: needs a whole number from 0 to 23"},
    {"minute out of range", "F|minute: 60", "r.yml:5:15: error: minute: needs a whole number from 0 to 59"},
    {"day zero", "F|day: 0", "r.yml:5:12: error: day: needs a whole number from 1 to 31"},
    {"week out of range", "F|week: 54", "r.yml:5:13: error: week: needs a whole number from 1 to 53"},
    {"month as text", "F|month: May", "r.yml:5:14: error: month: needs an unquoted number; a comparison stands behind it (month|gte)"},
    {"month fraction", "F|month: 1.5", "r.yml:5:14: error: month: needs a whole number from 1 to 12"},
    {"year too large", "F|year: 10000", "r.yml:5:13: error: year: needs a whole number from 0 to 9999"},
    {"base64 of a wildcard", "F|base64: 'a*'", "r.yml:5:15: error: base64: cannot encode wildcards; escape them (\\*) if they are meant, and put contains, startswith and endswith behind"},
    {"base64 of a contained value", "F|contains|base64: a", "r.yml:5:24: error: base64: cannot encode wildcards; escape them (\\*) if they are meant, and put contains, startswith and endswith behind"},
    {"base64 of an option dash", "F|windash|base64: ' -enc'", "r.yml:5:23: error: base64: cannot encode the dashes of windash; list the encoded variants"},
    {"base64 null", "F|base64:", "r.yml:5:5: error: base64: needs a text value"},
    {"base64offset too short", "F|base64offset|contains: ''", "r.yml:5:30: error: base64offset: the value is too short: no character of its Base64 form is certain"},
    {"base64 of a placeholder", "F|expand|base64: '%a%'", "r.yml:5:22: error: base64: cannot encode a placeholder; encode the value that it stands for"},
    {"wide behind base64", "F|base64|wide: a", "r.yml:5:20: error: wide: must stand before base64 and base64offset"},
    {"wide null", "F|wide|base64:", "r.yml:5:5: error: wide: needs a text value"},
    {"wide of a placeholder", "F|expand|wide|base64: '%a%'", "r.yml:5:27: error: wide: cannot encode a placeholder; encode the value that it stands for"},
    {"wide alone beyond ASCII", "F|wide: ä", "r.yml:5:13: error: this UTF-16 value can only be found in its Base64 form: add base64 or base64offset behind the encoding"},
    {"utf16 alone", "F|utf16: a", "r.yml:5:14: error: this UTF-16 value can only be found in its Base64 form: add base64 or base64offset behind the encoding"},
    {"windash behind base64", "F|base64|windash: a", "r.yml:5:23: error: windash: must stand before base64 and base64offset"},
    {"windash null", "F|windash:", "r.yml:5:5: error: windash: needs a text value"},
    {"expand behind base64", "F|base64|expand: a", "r.yml:5:22: error: expand: must stand before base64 and base64offset"},
    {"contains null", "F|contains:", "r.yml:5:5: error: contains: needs a text value"},
    {"contains of a network", "F|cidr|contains: 10.0.0.0/8", "r.yml:5:22: error: contains: needs a text value"},
    {"cased null", "F|cased: ~", "r.yml:5:5: error: cased: needs a text value"},
    {"keyword null", "'|contains': ", "r.yml:5:5: error: contains: needs a text value"},
};

const Golden rule_errors[] = {
    {"a scalar", "hello", "r.yml:1:1: error: a rule must be a map with title, logsource and detection, not text"},
    {"a list", "- a", "r.yml:1:1: error: a rule must be a map with title, logsource and detection, not a list"},
    {"nothing", "# nothing\n", "r.yml: warning: the file holds no rule"},
    {"no title", "logsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:1:1: error: the title is missing"},
    {"empty title", "title: ''\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:1:1: error: the title is empty"},
    {"title a list", "title: [a]\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:1:1: error: the title must be text"},
    {"unknown level", "title: T\nlevel: urgent\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: error: unknown level 'urgent'; write informational, low, medium, high or critical"},
    {"empty name", "title: T\nname:\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: error: the name must be text"},
    {"no logsource", "title: T\ndetection: {s: {a: b}, condition: s}", "r.yml:1:1: error: the logsource is missing; write at least one of product, category and service"},
    {"logsource text", "title: T\nlogsource: windows\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: error: the logsource must be a map with product, category or service, not text"},
    {"logsource empty", "title: T\nlogsource:\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: error: the logsource must be a map with product, category or service, not empty"},
    {"logsource sets nothing", "title: T\nlogsource: {definition: x}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: error: the logsource sets none of product, category and service"},
    {"product a list", "title: T\nlogsource: {product: [a]}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:22: error: product must be text"},
    {"no detection", "title: T\nlogsource: {product: p}", "r.yml:1:1: error: the detection is missing; write detection: with selections and a condition"},
    {"detection text", "title: T\nlogsource: {product: p}\ndetection: x", "r.yml:3:1: error: the detection must be a map of selections and a condition, not text"},
    {"no selection", "title: T\nlogsource: {product: p}\ndetection: {condition: s}", "r.yml:3:1: error: the detection has no selection"},
    {"empty selection", "title: T\nlogsource: {product: p}\ndetection:\n  s:\n  condition: s", "r.yml:4:3: error: the selection 's' is empty"},
    {"selection of no items", "title: T\nlogsource: {product: p}\ndetection:\n  s: {}\n  condition: s", "r.yml:4:6: error: a selection must hold at least one item"},
    {"selection of an empty list", "title: T\nlogsource: {product: p}\ndetection:\n  s: []\n  condition: s", "r.yml:4:6: error: a selection must hold at least one item"},
    {"list with an empty map", "title: T\nlogsource: {product: p}\ndetection:\n  s: [{a: b}, {}]\n  condition: s", "r.yml:4:15: error: a selection must hold at least one item"},
    {"list with null", "title: T\nlogsource: {product: p}\ndetection:\n  s: [a, ~]\n  condition: s", "r.yml:4:10: error: a selection must hold at least one item"},
    {"no condition", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}", "r.yml:3:1: error: the condition is missing; write condition: and the names of selections"},
    {"condition a map", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}\n  condition: {a: b}", "r.yml:5:3: error: the condition must be text, not a map"},
    {"condition empty", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}\n  condition:", "r.yml:5:3: error: the condition must be text, not empty"},
    {"condition an empty list", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}\n  condition: []", "r.yml:5:3: error: the list of conditions is empty"},
    {"misspelt condition", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}\n  conditon: s", "r.yml:3:1: error: the condition is missing; write condition: and the names of selections\nr.yml:5:3: warning: unknown key 'conditon'; did you mean condition?"},
    {"misspelt detection", "title: T\nlogsource: {product: p}\ndetections: {s: {a: b}, condition: s}", "r.yml:3:1: warning: unknown key 'detections'; did you mean detection?\nr.yml:1:1: error: the detection is missing; write detection: with selections and a condition"},
    {"misspelt keys of a correlation", "title: T\ncorrelation: {type: event_count, rules: x, group_by: a, timespan: 1m, condition: {gte: 1}}", "r.yml:2:44: warning: unknown key 'group_by'; did you mean group-by?\nr.yml:2:41: error: no loaded rule has the id or name 'x'"},
    {"misspelt condition of a filter", "title: T\nlogsource: {product: p}\nfilter: {rules: any, s: {a: b}, Condition: s}", "r.yml:3:1: error: the condition is missing; write condition: and the names of selections\nr.yml:3:33: warning: unknown key 'Condition'; did you mean condition?"},
    {"unknown action", "action: replace\ntitle: T", "r.yml:1:1: error: unknown action 'replace'; write global, reset or repeat"},
    {"repeat of nothing", "action: repeat\ntitle: T", "r.yml:1:1: error: 'action: repeat' has no rule before it to repeat"},
    {"two faults are both told", "title: T\nlevel: x\nlogsource: {}\ndetection: {s: {a|b: c}, condition: s}",
     "r.yml:2:1: error: unknown level 'x'; write informational, low, medium, high or critical\n"
     "r.yml:3:1: error: the logsource sets none of product, category and service\n"
     "r.yml:4:17: error: unknown modifier 'b'"},
};

const Golden warnings[] = {
    {"id", "title: T\nid: 7\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:5: warning: the id '7' is no UUID"},
    {"status", "title: T\nstatus: done\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:9: warning: unknown status 'done'; write stable, test, experimental, deprecated or unsupported"},
    {"date", "title: T\ndate: 2023-02-29\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:7: warning: '2023-02-29' is no date; write it as YYYY-MM-DD"},
    {"modified", "title: T\nmodified: 1.2.2023\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:11: warning: '1.2.2023' is no date; write it as YYYY-MM-DD"},
    {"leap day and slashes are fine", "title: T\ndate: 2024/02/29\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", ""},
    {"tags no list", "title: T\ntags: x\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:7: warning: tags must be a list; they are ignored"},
    {"tag without a namespace", "title: T\ntags: [attack.t1, x]\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:19: warning: the tag 'x' is not of the form namespace.value; it is ignored"},
    {"upper case log source", "title: T\nlogsource: {product: Windows}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:22: warning: product 'Windows' should be lower case; it is read as 'windows'"},
    {"timeframe", "title: T\nlogsource: {product: p}\ndetection: {s: {a: b}, timeframe: 5m, condition: s}", "r.yml:3:24: warning: timeframe has no effect; write a correlation rule with a timespan"},
    {"misspelt key", "title: T\nlevl: high\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: warning: unknown key 'levl'; did you mean level?"},
    {"key in capitals", "title: T\nLevel: high\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:1: warning: unknown key 'Level'; did you mean level?"},
    {"own keys are fine", "title: T\nowner: me\nnotes: x\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}", ""},
    {"misspelt log source key", "title: T\nlogsource: {product: p, catgory: c}\ndetection: {s: {a: b}, condition: s}", "r.yml:2:25: warning: unknown key 'catgory'; did you mean category?"},
    {"misspelt timeframe", "title: T\nlogsource: {product: p}\ndetection: {s: {a: b}, time_frame: 5m, condition: s}", "r.yml:3:24: warning: unknown key 'time_frame'; did you mean timeframe?"},
    {"selection that is not used", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}\n  filter: {c: d}\n  condition: s", "r.yml:5:3: warning: no condition uses the selection 'filter'; name it there, or leave it out"},
    {"helpers that are not used", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a: b}\n  _t: {c: d}\n  condition: 1 of them", "r.yml:5:3: warning: no condition uses the selection '_t'; name it there, or leave it out"},
    {"selections of several conditions", "title: T\nlogsource: {product: p}\ndetection:\n  s1: {a: b}\n  s2: {c: d}\n  u: {e: f}\n  condition: [1 of s*, not u]", ""},
    {"a selection with a name like a key", "title: T\nlogsource: {product: p}\ndetection: {conditions: {a: b}, condition: conditions}", ""},
    {"blank behind a field name", "title: T\nlogsource: {product: p}\ndetection:\n  s: {a |contains: b, ' c': d}\n  condition: s", "r.yml:4:7: warning: the field name 'a ' has blanks around it, which belong to it; write 'a'\nr.yml:4:23: warning: the field name ' c' has blanks around it, which belong to it; write 'c'"},
    {"keyword that lost its blank", "title: T\nlogsource: {product: p}\ndetection:\n  s:\n    Image|endswith:'\\x.exe'\n  condition: s", "r.yml:5:5: warning: this is a keyword, searched as it stands; for a field write a blank behind the colon: 'Image|endswith: …'"},
    {"keyword in a list that lost its blank", "title: T\nlogsource: {product: p}\ndetection:\n  s: [a, 'Image|contains|all:b']\n  condition: s", "r.yml:4:10: warning: this is a keyword, searched as it stands; for a field write a blank behind the colon: 'Image|contains|all: …'"},
    {"keywords with colons and bars are fine", "title: T\nlogsource: {product: p}\ndetection:\n  s: ['a|b:c', 'http://x', 'id|sh: y', 'cat x|re:y']\n  condition: s", ""},
};

const Golden condition_errors[] = {
    {"empty", "''", "the condition is empty"},
    {"unknown selection", "nobody", "there is no selection 'nobody'; this rule has: one, two, _three"},
    {"timeframe", "timeframe", "'timeframe' is no selection; write a correlation rule with a timespan"},
    {"upper case operator", "one AND two", "'AND' follows where 'and', 'or' or the end was expected; operators are lower case: write 'and'"},
    {"two names", "one two", "'two' follows where 'and', 'or' or the end was expected"},
    {"operator at the end", "one and", "a name is missing at the end"},
    {"operator at the beginning", "and one", "'and' stands where a name was expected"},
    {"two operators", "one and or two", "'or' stands where a name was expected"},
    {"not without a name", "not", "a name is missing at the end"},
    {"never closed", "(one or two", "an opening parenthesis is never closed"},
    {"never opened", "one)", "a closing parenthesis without an opening one"},
    {"empty parentheses", "()", "')' stands where a name was expected"},
    {"pattern alone", "one*", "a pattern needs a quantifier: write '1 of one*' or 'all of one*'"},
    {"quantifier of nothing", "1 of", "'1 of' needs 'them' or a pattern such as selection_*"},
    {"pattern that selects nothing", "1 of filter_*", "'1 of filter_*' selects nothing; this rule has: one, two, _three"},
    {"zero of", "0 of them", "'0 of them': the number must be from 1 to 2, the number of selections"},
    {"more than there are", "3 of them", "'3 of them': the number must be from 1 to 2, the number of selections"},
    {"a number beyond all", "99999999999999999999999 of them", "'99999999999999999999999 of them': the number must be from 1 to 2, the number of selections"},
    {"foreign character", "one & two", "the character '&' has no meaning in a condition"},
    {"count", "one | count() > 5", "'| …' aggregations are no longer part of conditions; write a correlation rule of type event_count that names this rule"},
    {"count of a field", "one | count(User) by Host > 5", "'| …' aggregations are no longer part of conditions; write a correlation rule of type value_count that names this rule"},
    {"near", "one | near two", "'| …' aggregations are no longer part of conditions; write a correlation rule of type temporal that names this rule"},
    {"sum", "one | sum(Bytes) > 5", "'| …' aggregations are no longer part of conditions; write a correlation rule of type value_sum that names this rule"},
    {"avg", "one | avg(Bytes) > 5", "'| …' aggregations are no longer part of conditions; write a correlation rule of type value_avg that names this rule"},
};

const Golden yaml_errors[] = {
    {"alias", "a: &x 1\nb: *x", "r.yml:2:4: error: aliases (*name) are not allowed in rules; write the value out"},
    {"merge key", "a: {<<: {b: c}}", "r.yml:1:5: error: merge keys (<<) are not allowed in rules; write the values out"},
    {"key twice", "a: 1\nb: 2\na: 3", "r.yml:3:1: error: the key 'a' stands twice in this map; only one of them would count"},
    {"foreign tag", "a: !python/object x", "r.yml:1:4: error: the tag !python/object is not allowed"},
    {"tag that does not fit", "a: !!int abc", "r.yml:1:4: error: the tag !!int does not fit the value 'abc'"},
    {"tag on a list", "a: !!set [b]", "r.yml:1:4: error: the tag tag:yaml.org,2002:set is not allowed here"},
    {"key that is a list", "[a]: b", "r.yml:1:1: error: a key must be plain text, not a list or a map"},
    {"unclosed quote", "a: 'b", "r.yml:1:4: error: this single quote is never closed; close it, and write '' for a quote inside the text"},
    {"invalid UTF-8", "a: b\xFF", "r.yml:1:5: error: not valid UTF-8; save the file as UTF-8"},
    {"control character", "a: b\nc: \x04", "r.yml:2:4: error: control character 0x04 in the text"},
    {"a comma", ",", "r.yml:1:1: error: no YAML document begins here"},
};

}  // namespace

TEST_CASE("rule errors: items") {
  for (const Golden& golden : item_errors) {
    INFO(golden.name);
    CHECK(diagnostics_of(with_items(golden.yaml)) == golden.said);
  }
}

TEST_CASE("rule errors: documents") {
  for (const Golden& golden : rule_errors) {
    INFO(golden.name);
    CHECK(diagnostics_of(golden.yaml) == golden.said);
  }
}

TEST_CASE("rule errors: what is only a warning leaves the rule in") {
  for (const Golden& golden : warnings) {
    INFO(golden.name);
    CHECK(diagnostics_of(golden.yaml) == golden.said);
    CHECK(sigrun::test::rules_of(golden.yaml).detections.size() == 1);
  }
}

TEST_CASE("rule errors: conditions") {
  for (const Golden& golden : condition_errors) {
    INFO(golden.name);
    std::string rule = sigrun::test::rule_with("one: {a: b}\ntwo: {c: d}\n_three: {e: f}\ncondition: " + golden.yaml);
    CHECK(diagnostics_of(rule) == "r.yml:7:14: error: condition: " + golden.said);
  }
}

TEST_CASE("rule errors: YAML") {
  for (const Golden& golden : yaml_errors) {
    INFO(golden.name);
    CHECK(diagnostics_of(golden.yaml) == golden.said);
  }
}
