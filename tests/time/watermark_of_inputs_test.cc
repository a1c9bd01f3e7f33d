// The watermark of operators that several inputs share.
#include "time/watermark_of_inputs.h"

#include <doctest/doctest.h>

using namespace sigrun;

TEST_CASE("watermark of inputs: the least of those that are active") {
  WatermarkOfInputs inputs;
  CHECK(inputs.watermark() == never);
  const auto a = inputs.open(never), b = inputs.open(50);
  CHECK(inputs.watermark() == never);
  inputs.update(a, 100);
  CHECK(inputs.watermark() == 50);  // b begins there
  inputs.update(b, 80);
  CHECK(inputs.watermark() == 80);
  inputs.update(b, 200);
  CHECK(inputs.watermark() == 100);
  inputs.close(a);
  CHECK(inputs.watermark() == 200);
  inputs.close(b);
  CHECK(inputs.watermark() == 200);
  inputs.finish();
  CHECK(inputs.watermark() == forever);
}

TEST_CASE("watermark of inputs: files may be opened in any order before the first is read") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(500);
  inputs.open(20);
  inputs.update(a, 600);
  CHECK(inputs.watermark() == 20);
}

TEST_CASE("watermark of inputs: it never moves back, whatever opens or says less") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0);
  inputs.update(a, 100);
  inputs.update(a, 90);
  CHECK(inputs.watermark() == 100);
  const auto b = inputs.open(10);
  CHECK(inputs.watermark() == 100);
  inputs.update(a, 300);
  CHECK(inputs.watermark() == 100);  // held by b, which is behind
  inputs.update(b, 150);
  CHECK(inputs.watermark() == 150);
}

TEST_CASE("watermark of inputs: a live input counts from its first event, and idle ones go on") {
  WatermarkOfInputs inputs;
  const auto silent = inputs.open({}), busy = inputs.open({});
  inputs.update(busy, 100);
  CHECK(inputs.watermark() == 100);
  inputs.update(silent, 40);
  CHECK(inputs.watermark() == 100);
  inputs.update(busy, 200);
  CHECK(inputs.watermark() == 100);
  inputs.update(silent, 180);  // as its clock says after advance_idle
  CHECK(inputs.watermark() == 180);
}

TEST_CASE("watermark of inputs: the number of a closed input is given again; closing twice or saying more of it is nothing") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open({});
  inputs.update(a, 100);
  inputs.close(a);
  inputs.close(a);
  inputs.update(a, 900);
  CHECK(inputs.watermark() == 100);
  CHECK(inputs.open({}) == a);
  CHECK(inputs.open({}) != a);
}

TEST_CASE("watermark of inputs: a segment begins anew, and whoever is open holds it back") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0), b = inputs.open(0);
  inputs.update(a, 100);
  inputs.update(b, 400);
  CHECK(inputs.watermark() == 100);
  inputs.close(b);
  inputs.begin_segment(a);
  CHECK(inputs.watermark() == never);
  inputs.update(a, 20);
  CHECK(inputs.watermark() == 20);
  // A file that waits to be opened, and begins before what comes now.
  const auto waiting = inputs.open(30);
  inputs.begin_segment(a);
  CHECK(inputs.watermark() == never);
  inputs.update(a, 70);
  CHECK(inputs.watermark() == 30);
  inputs.close(waiting);
  CHECK(inputs.watermark() == 70);
}
