#include "correlate/keyed_state.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

// Going through a small table costs more for each entry: it is done less often.
constexpr size_t small_table = 512;
constexpr int64_t pages_between_looks = 4;
// Eviction goes through the table for so many entries at once, or an eighth of it: fewer take time, more take memory.
constexpr size_t candidates_at_once = 512;

// A key and a short log take so many.
void prefetch_lines(const void* entry) {
  for (int line = 0; line < 3; ++line) __builtin_prefetch(static_cast<const char*>(entry) + 64 * line);
}

}  // namespace

uint64_t KeyedState::hash_of(std::string_view key) { return seeded_hash(key); }

void KeyedState::prefetch_entry(uint64_t hash) const {
  if (slots_.empty()) return;
  for (size_t at = home(hash); slots_[at]; at = (at + 1) & (slots_.size() - 1))
    if (slots_[at] >> tag_shift == hash >> tag_shift) return prefetch_lines(entry_of(slots_[at]));
}

KeyedState::Entry* KeyedState::find(std::string_view key, uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  for (size_t at = home(hash); slots_[at]; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] >> tag_shift != hash >> tag_shift) continue;
    Entry* entry = entry_of(slots_[at]);
    if (entry->hash_ != hash || entry->key() != key) continue;
    found_ = at;
    return entry;
  }
  return nullptr;
}

size_t KeyedState::slot_of(const Entry& entry) const {
  const uint64_t address = address_bits(&entry);
  const auto is_there = [&](size_t at) {
    return (slots_[at] & ((uint64_t{1} << stamp_shift) - 1)) == address;
  };
  if (found_ < slots_.size() && is_there(found_)) return found_;
  size_t at = home(entry.hash_);
  while (!is_there(at)) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void KeyedState::put(uint64_t slot, uint64_t hash) {
  size_t at = home(hash);
  while (slots_[at]) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = slot;
  found_ = at;
}

void KeyedState::resize_table(size_t slots) {
  std::vector<uint64_t> old(slots);
  old.swap(slots_);
  constexpr size_t ahead = 8;
  for (size_t i = 0; i < old.size(); ++i) {
    if (i + ahead < old.size()) __builtin_prefetch(entry_of(old[i + ahead]));
    if (old[i]) put(old[i], entry_of(old[i])->hash_);
  }
}

KeyedState::Entry& KeyedState::insert(std::string_view key, uint64_t hash, size_t payload_bytes) {
  if ((size_ + 1) * 4 > slots_.size() * 3) resize_table(slots_.empty() ? 8 : slots_.size() * 2);
  const size_t bytes = sizeof(Entry) + Entry::padded(key.size()) + payload_bytes;
  auto* entry = static_cast<Entry*>(pool_.take(bytes));
  std::memset(entry, 0, bytes);
  entry->hash_ = hash;
  entry->key_bytes_ = static_cast<uint32_t>(key.size());
  entry->payload_bytes_ = static_cast<uint32_t>(payload_bytes);
  if (!key.empty()) std::memcpy(entry + 1, key.data(), key.size());
  bytes_ += BlockPool::rounded(bytes);
  ++size_;
  put(with_stamp(address_bits(entry) | tag_of(hash), first_page_), hash);
  return *entry;
}

KeyedState::Entry& KeyedState::resize(Entry& entry, size_t payload_bytes) {
  const size_t slot = slot_of(entry);
  const size_t head = sizeof(Entry) + Entry::padded(entry.key_bytes_);
  const size_t before = head + entry.payload_bytes_, after = head + payload_bytes;
  Entry* moved = &entry;
  if (BlockPool::rounded(after) != BlockPool::rounded(before)) {
    moved = static_cast<Entry*>(pool_.take(after));
    std::memcpy(static_cast<void*>(moved), &entry, std::min(before, after));
    pool_.give_back(&entry, before);
    bytes_ += BlockPool::rounded(after) - BlockPool::rounded(before);
    constexpr uint64_t address = (uint64_t{1} << stamp_shift) - 1;
    slots_[slot] = (slots_[slot] & ~address) | address_bits(moved);
  }
  if (after > before) std::memset(reinterpret_cast<char*>(moved) + before, 0, after - before);
  moved->payload_bytes_ = static_cast<uint32_t>(payload_bytes);
  found_ = slot;
  return *moved;
}

// What was pushed behind the hole moves up, so that find() may stop at the first empty slot (Knuth, vol. 3, 6.4, algorithm R).
void KeyedState::erase(Entry& entry) {
  const size_t mask = slots_.size() - 1;
  size_t hole = slot_of(entry);
  for (size_t at = (hole + 1) & mask; slots_[at]; at = (at + 1) & mask) {
    const size_t distance = (at - home(entry_of(slots_[at])->hash_)) & mask;
    if (distance < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = 0;
  const size_t bytes = sizeof(Entry) + Entry::padded(entry.key_bytes_) + entry.payload_bytes_;
  bytes_ -= BlockPool::rounded(bytes);
  --size_;
  pool_.give_back(&entry, bytes);
}

void KeyedState::shrink_table() {
  size_t slots = slots_.size();
  while (slots > 64 && size_ * 8 < slots) slots /= 2;
  if (slots != slots_.size()) resize_table(slots);
}

KeyedState::Entry* KeyedState::find_any(uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  for (size_t at = home(hash); slots_[at]; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] >> tag_shift != hash >> tag_shift) continue;
    Entry* entry = entry_of(slots_[at]);
    if (entry->hash_ != hash) continue;
    found_ = at;
    return entry;
  }
  return nullptr;
}

// The calendar begins at this page: the first that is needed, or earlier than was thought, as behind an event from the future.
void KeyedState::begin_at(int64_t page) {
  const bool fits = static_cast<uint64_t>(last_page_) - static_cast<uint64_t>(page) <= 0xFF;
  first_page_ = page;
  if (size_ <= 1) last_page_ = page;
  if (size_ > 1 && !fits) {
    last_page_ = page;
    for (size_t at = 0; at < slots_.size(); ++at)
      if (slots_[at]) stamp(at, page_of(owner_.needed_until(*entry_of(slots_[at]))));
  }
  look_next();
}

void KeyedState::look_next() {
  next_look_ =
      size_ == 0 ? INT64_MAX : begin_of(first_page_ + (size_ < small_table ? pages_between_looks : 1));
}

void KeyedState::stamp(size_t slot, int64_t page) {
  page = page <= first_page_
             ? first_page_
             : first_page_ + static_cast<int64_t>(std::min<uint64_t>(
                                 0xFF, static_cast<uint64_t>(page) - static_cast<uint64_t>(first_page_)));
  last_page_ = std::max(last_page_, page);
  slots_[slot] = with_stamp(slots_[slot], page);
}

void KeyedState::schedule_on(const Entry& entry, int64_t page) {
  const size_t slot = slot_of(entry);
  if (size_ == 1 || page < first_page_) begin_at(page);
  stamp(slot, page);
}

void KeyedState::schedule(const Entry& entry, int64_t until) {
  if (until < known_begin_ || until >= known_end_) {
    known_page_ = page_of(until);
    known_begin_ = begin_of(known_page_);
    known_end_ = begin_of(known_page_ + 1);
  }
  schedule_on(entry, known_page_);
  if (!candidates_.empty() && until < candidates_until_) add_candidate(entry, until);
}

size_t KeyedState::expire(int64_t now) {
  if (now < next_look_ && now != INT64_MAX) return 0;
  // Pages that have ended by now.
  const int64_t first = std::exchange(first_page_, std::max(first_page_, page_of(now)));
  const auto ended = static_cast<uint64_t>(first_page_) - static_cast<uint64_t>(first);
  if (ended > 0xFF) last_page_ = first_page_;
  const size_t before = size_;
  constexpr size_t ahead = 8;
  for (size_t at = 0; at < slots_.size();) {
    if (const size_t later = at + ahead;
        later < slots_.size() && slots_[later] && age_of(slots_[later], first) < ended)
      prefetch_lines(entry_of(slots_[later]));
    if (!slots_[at] || age_of(slots_[at], first) >= ended) {
      ++at;
      continue;
    }
    Entry& entry = *entry_of(slots_[at]);
    const int64_t until = owner_.needed_until(entry);
    if (until >= now && now != INT64_MAX) {
      stamp(at++, page_of(until));
      continue;
    }
    // Another may come to stand in its place.
    owner_.release(entry);
    found_ = at;
    erase(entry);
  }
  shrink_table();
  look_next();
  return before - size_;
}

void KeyedState::add_candidate(const Entry& entry, int64_t until) {
  candidates_.push_back({until, hash_with_seed(entry.key(), 0), entry.hash_});
  std::push_heap(candidates_.begin(), candidates_.end());
}

// Of the first page that has any entries those that are needed least long.
bool KeyedState::find_candidates() {
  if (size_ == 0) return false;
  uint8_t least = 0xFF;
  for (uint64_t slot : slots_)
    if (slot) least = std::min(least, age_of(slot, first_page_));
  const int64_t page = first_page_ + least;
  std::vector<Candidate> all;
  for (size_t at = 0; at < slots_.size(); ++at) {
    if (const size_t later = at + 8;
        later < slots_.size() && slots_[later] && age_of(slots_[later], first_page_) == least)
      prefetch_lines(entry_of(slots_[later]));
    if (!slots_[at] || age_of(slots_[at], first_page_) != least) continue;
    const Entry& entry = *entry_of(slots_[at]);
    const int64_t until = owner_.needed_until(entry);
    if (page_of(until) > page && least != 0xFF)
      stamp(at, page_of(until));
    else
      all.push_back({until, hash_with_seed(entry.key(), 0), entry.hash_});
  }
  if (all.empty()) return true;
  // All of one time or none: then the order of eviction does not depend on how many are found at once.
  candidates_until_ = INT64_MAX;
  if (const size_t most = std::max(candidates_at_once, size_ / 8); all.size() > most) {
    const auto last = all.begin() + static_cast<ptrdiff_t>(most);
    std::nth_element(all.begin(), last, all.end(),
                     [](const Candidate& a, const Candidate& b) { return a.until < b.until; });
    const bool any_before =
        std::any_of(all.begin(), last, [&](const Candidate& of) { return of.until < last->until; });
    candidates_until_ = any_before ? last->until : last->until + 1;
    std::erase_if(all, [&](const Candidate& of) { return of.until >= candidates_until_; });
  } else if (least != 0xFF) {
    candidates_until_ = begin_of(page + 1);
  }
  candidates_.assign(all.begin(), all.end());
  std::make_heap(candidates_.begin(), candidates_.end());
  return true;
}

bool KeyedState::evict_oldest() {
  for (;;) {
    while (candidates_.empty())
      if (!find_candidates()) return false;
    std::pop_heap(candidates_.begin(), candidates_.end());
    const Candidate candidate = candidates_.back();
    candidates_.pop_back();
    Entry* entry = find_any(candidate.hash);
    if (!entry) continue;
    if (const int64_t until = owner_.needed_until(*entry); until > candidate.until) {
      // It was used meanwhile: its turn comes later.
      if (until < candidates_until_) add_candidate(*entry, until);
      continue;
    }
    owner_.release(*entry);
    erase(*entry);
    shrink_table();
    return true;
  }
}

void* KeyedState::do_allocate(size_t bytes, size_t) {
  bytes_ += BlockPool::rounded(bytes);
  return pool_.take(bytes);
}

void KeyedState::do_deallocate(void* block, size_t bytes, size_t) {
  bytes_ -= BlockPool::rounded(bytes);
  pool_.give_back(block, bytes);
}

void KeyedState::clear() {
  for (uint64_t slot : slots_) {
    if (!slot) continue;
    Entry& entry = *entry_of(slot);
    owner_.release(entry);
    pool_.give_back(&entry, sizeof(Entry) + Entry::padded(entry.key_bytes_) + entry.payload_bytes_);
  }
  // Assigned from braces they would keep their room.
  slots_ = std::vector<uint64_t>();
  candidates_ = std::vector<Candidate>();
  size_ = bytes_ = found_ = 0;
  next_look_ = INT64_MAX;
}

}  // namespace sigrun
