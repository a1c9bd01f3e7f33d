#include "correlate/window_tally.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "correlate/group.h"
#include "correlate/sequence_chains.h"
#include "support/saved_bytes.h"
#include "time/saturated.h"

namespace sigrun {

using sigma::CorrelationType;

WindowTally::WindowTally(const Correlation& correlation, int64_t from, size_t exact)
    : correlation_(&correlation), from_(from), to_(saturated_sum(from, correlation.timespan)) {
  const auto exact_values = static_cast<uint32_t>(std::min<size_t>(exact, UINT32_MAX));
  switch (correlation.type) {
    case CorrelationType::value_count:
      distinct_.emplace(SlidingDistinct::Shape{correlation.timespan, exact_values, 10});
      break;
    case CorrelationType::value_percentile:
    case CorrelationType::value_median: quantiles_.emplace(exact_values); break;
    case CorrelationType::temporal_ordered:
      chains_.resize(SequenceChains::places(correlation.sequences));
      SequenceChains(correlation.sequences, chains_.data()).reset();
      [[fallthrough]];
    case CorrelationType::temporal: seen_.resize(correlation.inputs.size()); break;
    default: break;
  }
}

void WindowTally::add(int64_t time, uint64_t payload) {
  ++events_;
  switch (correlation_->type) {
    case CorrelationType::value_sum:
    case CorrelationType::value_avg: {
      const double number = std::bit_cast<double>(payload), sum = sum_ + number;
      lost_ += std::abs(sum_) >= std::abs(number) ? (sum_ - sum) + number : (number - sum) + sum_;
      sum_ = sum;
      break;
    }
    case CorrelationType::value_count:
      distinct_->add(time, payload & ~another_value);
      if (payload & another_value) --events_;
      break;
    case CorrelationType::value_percentile:
    case CorrelationType::value_median: quantiles_->add(std::bit_cast<double>(payload)); break;
    case CorrelationType::temporal_ordered:
      if (clump_.empty() || time != clump_time_) clump_.clear(), clump_time_ = time;
      // The same rule again at the same time adds nothing.
      if (std::find(clump_.begin(), clump_.end(), payload) == clump_.end()) {
        clump_.push_back(payload);
        SequenceChains(correlation_->sequences, chains_.data()).add(time, clump_.size(), [&](size_t i) {
          return clump_[i];
        });
      }
      [[fallthrough]];
    case CorrelationType::temporal: seen_[payload] = true; break;
    case CorrelationType::event_count: break;
  }
}

double WindowTally::value() {
  switch (correlation_->type) {
    case CorrelationType::value_sum: return sum_ + lost_;
    case CorrelationType::value_avg: return (sum_ + lost_) / static_cast<double>(events_);
    case CorrelationType::value_count:
      return static_cast<double>(distinct_->count(to_, correlation_->timespan).values);
    case CorrelationType::value_percentile:
    case CorrelationType::value_median: return quantiles_->quantile(correlation_->quantile).value;
    case CorrelationType::temporal:
    case CorrelationType::temporal_ordered:
      return static_cast<double>(std::count(seen_.begin(), seen_.end(), true));
    case CorrelationType::event_count: break;
  }
  return static_cast<double>(events_);
}

bool WindowTally::in_order() const {
  const SequenceChains chains(correlation_->sequences, const_cast<int64_t*>(chains_.data()));
  for (size_t i = 0; i < correlation_->sequences.size(); ++i) {
    const auto& forbidden = correlation_->sequences[i].forbidden;
    if (chains.complete(i, from_) &&
        std::none_of(forbidden.begin(), forbidden.end(), [&](uint32_t input) { return seen_[input]; }))
      return true;
  }
  return false;
}

bool WindowTally::holds() {
  if (events_ == 0) return false;
  if (correlation_->type == CorrelationType::temporal_ordered) return in_order();
  if (!correlation_->expression.steps.empty())
    return correlation_->expression.is_true([&](uint32_t input) { return seen_[input]; });
  const double compared = value();
  return std::all_of(correlation_->bounds.begin(), correlation_->bounds.end(),
                     [&](const CorrelationBound& bound) { return bound.holds(compared); });
}

void WindowTally::save(std::string& out) const {
  append_bytes(out, events_);
  append_bytes(out, sum_);
  append_bytes(out, lost_);
  append_bytes(out, clump_time_);
  for (bool seen : seen_) append_bytes(out, static_cast<uint8_t>(seen));
  for (int64_t begun : chains_) append_bytes(out, begun);
  append_bytes(out, static_cast<uint32_t>(clump_.size()));
  for (uint64_t input : clump_) append_bytes(out, input);
  if (distinct_) distinct_->save(out);
  if (quantiles_) quantiles_->save(out);
}

bool WindowTally::restore(std::string_view saved) {
  uint32_t count;
  if (!take_bytes(saved, events_) || !take_bytes(saved, sum_) || !take_bytes(saved, lost_) ||
      !take_bytes(saved, clump_time_))
    return false;
  for (size_t i = 0; i < seen_.size(); ++i) {
    uint8_t seen;
    if (!take_bytes(saved, seen)) return false;
    seen_[i] = seen != 0;
  }
  for (int64_t& begun : chains_)
    if (!take_bytes(saved, begun)) return false;
  if (!take_bytes(saved, count) || count > correlation_->inputs.size()) return false;
  for (uint32_t i = 0; i < count; ++i)
    if (!take_bytes(saved, clump_.emplace_back()) || clump_.back() >= seen_.size()) return false;
  if (distinct_) return distinct_->restore(saved);
  if (quantiles_) return quantiles_->restore(saved) && quantiles_->size() == events_ && events_ > 0;
  return saved.empty();
}

size_t WindowTally::bytes() const {
  return sizeof *this + (distinct_ ? distinct_->bytes() : 0) + (quantiles_ ? quantiles_->bytes() : 0) +
         chains_.capacity() * sizeof(int64_t) + clump_.capacity() * sizeof(uint64_t) + seen_.capacity() / 8;
}

}  // namespace sigrun
