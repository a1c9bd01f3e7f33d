// The watermark of operators that several inputs share.
#include "time/watermark_of_inputs.h"

#include <doctest/doctest.h>

using namespace sigrun;

TEST_CASE("watermark of inputs: the least of those that are active") {
  WatermarkOfInputs inputs;
  CHECK(inputs.watermark() == no_watermark);
  const auto a = inputs.open(no_watermark), b = inputs.open(50);
  CHECK(inputs.watermark() == no_watermark);
  inputs.update(a, 0, 100);
  CHECK(inputs.watermark() == 50);  // b begins there
  inputs.update(b, 0, 80);
  CHECK(inputs.watermark() == 80);
  inputs.update(b, 0, 200);
  CHECK(inputs.watermark() == 100);
  inputs.close(a);
  CHECK(inputs.watermark() == 200);
  inputs.close(b);
  CHECK(inputs.watermark() == 200);
  inputs.finish();
  CHECK(inputs.watermark() == final_watermark);
}

TEST_CASE("watermark of inputs: files may be opened in any order before the first is read") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(500);
  inputs.open(20);
  inputs.update(a, 0, 600);
  CHECK(inputs.watermark() == 20);
}

TEST_CASE("watermark of inputs: it never moves back, whatever opens or says less") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0);
  inputs.update(a, 0, 100);
  inputs.update(a, 0, 90);
  CHECK(inputs.watermark() == 100);
  const auto b = inputs.open(10);
  CHECK(inputs.watermark() == 100);
  inputs.update(a, 0, 300);
  CHECK(inputs.watermark() == 100);  // held by b, which is behind
  inputs.update(b, 0, 150);
  CHECK(inputs.watermark() == 150);
}

TEST_CASE("watermark of inputs: a live input counts from its first event, and idle ones go on") {
  WatermarkOfInputs inputs;
  const auto silent = inputs.open({}), busy = inputs.open({});
  inputs.update(busy, 0, 100);
  CHECK(inputs.watermark() == 100);
  inputs.update(silent, 0, 40);
  CHECK(inputs.watermark() == 100);
  inputs.update(busy, 0, 200);
  CHECK(inputs.watermark() == 100);
  inputs.update(silent, 0, 180);  // as its clock says after advance_idle
  CHECK(inputs.watermark() == 180);
}

TEST_CASE("watermark of inputs: without any input the wall clock moves it, with one it does not") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open({});
  inputs.update(a, 0, 100);
  inputs.advance_idle(500);
  CHECK(inputs.watermark() == 100);
  inputs.close(a);
  inputs.advance_idle(500);
  CHECK(inputs.watermark() == 500);
  inputs.advance_idle(400);
  CHECK(inputs.watermark() == 500);
  // The number of a closed input is given again; closing twice or saying more of it is nothing.
  inputs.close(a);
  inputs.update(a, 0, 900);
  CHECK(inputs.watermark() == 500);
  CHECK(inputs.open({}) == a);
  CHECK(inputs.open({}) != a);
}

TEST_CASE("watermark of inputs: an input in a later segment waits and holds nobody back") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0), b = inputs.open(0);
  inputs.update(a, 0, 100);
  inputs.update(b, 0, 50);
  inputs.update(a, 1, no_watermark);
  CHECK(inputs.segment() == 0);
  inputs.update(b, 0, 400);
  CHECK(inputs.watermark() == 400);
  inputs.close(b);
  inputs.begin_segment(1);
  CHECK(inputs.segment() == 1);
  CHECK(inputs.watermark() == no_watermark);
  inputs.update(a, 1, 20);
  CHECK(inputs.watermark() == 20);
  inputs.begin_segment(1);
  inputs.begin_segment(0);
  CHECK(inputs.segment() == 1);
  CHECK(inputs.watermark() == 20);
  inputs.update(a, 0, 1000);  // an earlier segment
  CHECK(inputs.watermark() == 20);
}

TEST_CASE("watermark of inputs: the segments of two files meet by number") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0), b = inputs.open(0);
  inputs.update(a, 1, 10);
  inputs.update(b, 2, 5);
  inputs.begin_segment(1);
  CHECK(inputs.watermark() == 10);  // b is in segment 2
  inputs.update(a, 2, 30);
  inputs.begin_segment(2);
  CHECK(inputs.watermark() == 5);
  inputs.close(b);
  CHECK(inputs.watermark() == 30);
}

TEST_CASE("watermark of inputs: an input that ends before its later segment comes counts nowhere") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0), b = inputs.open(0);
  inputs.update(a, 0, 100);
  inputs.update(b, 1, 10);
  inputs.close(b);
  inputs.close(a);
  inputs.advance_idle(170);
  CHECK(inputs.watermark() == 170);
}

TEST_CASE("watermark of inputs: a file that waits to be opened holds back any segment") {
  WatermarkOfInputs inputs;
  const auto a = inputs.open(0), waiting = inputs.open(70);
  inputs.update(a, 1, 100);
  inputs.begin_segment(1);
  CHECK(inputs.watermark() == 70);
  inputs.update(waiting, 1, 90);
  CHECK(inputs.watermark() == 90);
}
