// A JSON object under construction: keeps the order of keys and allows duplicates, so that awkward events can be built and
// taken apart again. Strings are written with and without escapes, at random.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "differential/random.h"

namespace sigrun::differential {

struct JsonTree {
  enum class Kind { scalar, object, array };
  struct Member;
  Kind kind = Kind::scalar;
  std::string scalar;            // JSON text
  std::vector<Member> members;   // object
  std::vector<JsonTree> items;   // array

  static JsonTree of(std::string json);
  static JsonTree object();
  static JsonTree array(std::vector<JsonTree> items);
  std::string to_text() const;
};

struct JsonTree::Member {
  std::string key;      // as it is
  std::string written;  // as JSON, quotes included
  JsonTree value;
};

// `text` as a JSON string. Some characters are written as escapes although they need none; rarely bytes that are no UTF-8
// stand between.
std::string json_string(const std::string& text, Random& random);

// The code points of well-formed UTF-8, each as text.
std::vector<std::string> code_points(const std::string& text);

// Every tree that is `tree` with one member, item or level less.
std::vector<JsonTree> smaller_trees(const JsonTree& tree);

}  // namespace sigrun::differential
