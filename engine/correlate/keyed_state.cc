#include "correlate/keyed_state.h"

#include <array>
#include <cstring>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

// What the allocator takes for a block beside it: its size, and rounding.
size_t block_bytes(size_t bytes) { return (bytes + 8 + 15) / 16 * 16; }

// A calendar page's vector grows by doubling; a map's node comes with the first.
constexpr size_t page_node_bytes = 80;

}  // namespace

uint64_t KeyedState::hash_of(std::string_view key) { return seeded_hash(key); }

const KeyedState::Entry* KeyedState::prefetch_entry(uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  for (size_t at = home(hash); slots_[at]; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] >> tag_shift != hash >> tag_shift) continue;
    const Entry* entry = entry_of(slots_[at]);
    // A key and a short log take so many lines.
    for (int line = 0; line < 3; ++line) __builtin_prefetch(reinterpret_cast<const char*>(entry) + 64 * line);
    return entry;
  }
  return nullptr;
}

KeyedState::Entry* KeyedState::find(std::string_view key, uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  for (size_t at = home(hash); slots_[at]; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] >> tag_shift != hash >> tag_shift) continue;
    Entry* entry = entry_of(slots_[at]);
    if (entry->hash_ == hash && entry->key() == key) return entry;
  }
  return nullptr;
}

size_t KeyedState::slot_of(const Entry& entry) const {
  size_t at = home(entry.hash_);
  while (entry_of(slots_[at]) != &entry) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void KeyedState::put(Entry* entry) {
  size_t at = home(entry->hash_);
  while (slots_[at]) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = reinterpret_cast<uint64_t>(entry) | tag_of(entry->hash_);
}

void KeyedState::resize_table(size_t slots) {
  std::vector<uint64_t> old(slots);
  old.swap(slots_);
  for (uint64_t slot : old)
    if (slot) put(entry_of(slot));
}

KeyedState::Entry& KeyedState::insert(std::string_view key, uint64_t hash, size_t payload_bytes) {
  if ((size_ + 1) * 4 > slots_.size() * 3) resize_table(slots_.empty() ? 8 : slots_.size() * 2);
  const size_t bytes = sizeof(Entry) + Entry::padded(key.size()) + payload_bytes;
  auto* entry = static_cast<Entry*>(std::calloc(1, bytes));
  if (!entry) throw std::bad_alloc();
  entry->hash_ = hash;
  entry->key_bytes_ = static_cast<uint32_t>(key.size());
  entry->payload_bytes_ = static_cast<uint32_t>(payload_bytes);
  if (!key.empty()) std::memcpy(entry + 1, key.data(), key.size());
  bytes_ += block_bytes(bytes);
  ++size_;
  put(entry);
  return *entry;
}

KeyedState::Entry& KeyedState::resize(Entry& entry, size_t payload_bytes) {
  const size_t slot = slot_of(entry);
  const size_t head = sizeof(Entry) + Entry::padded(entry.key_bytes_);
  const size_t before = head + entry.payload_bytes_, after = head + payload_bytes;
  auto* moved = static_cast<Entry*>(std::realloc(&entry, after));
  if (!moved) throw std::bad_alloc();
  if (after > before) std::memset(reinterpret_cast<char*>(moved) + before, 0, after - before);
  moved->payload_bytes_ = static_cast<uint32_t>(payload_bytes);
  bytes_ += block_bytes(after) - block_bytes(before);
  slots_[slot] = reinterpret_cast<uint64_t>(moved) | tag_of(moved->hash_);
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
  bytes_ -= block_bytes(sizeof(Entry) + Entry::padded(entry.key_bytes_) + entry.payload_bytes_);
  --size_;
  std::free(&entry);
  if (slots_.size() > 64 && size_ * 8 < slots_.size()) resize_table(slots_.size() / 2);
}

KeyedState::Entry* KeyedState::find_any(uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  for (size_t at = home(hash); slots_[at]; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at] >> tag_shift != hash >> tag_shift) continue;
    if (Entry* entry = entry_of(slots_[at]); entry->hash_ == hash) return entry;
  }
  return nullptr;
}

std::vector<uint64_t>& KeyedState::page_at(int64_t number) {
  auto [page, fresh] = calendar_.try_emplace(number);
  if (fresh) bytes_ += page_node_bytes;
  return page->second;
}

size_t KeyedState::expire(int64_t now) {
  size_t expired = 0;
  while (may_expire(now)) {
    std::vector<uint64_t> due = std::move(calendar_.begin()->second);
    const int64_t number = calendar_.begin()->first;
    calendar_.erase(calendar_.begin());
    // Most move to one of the pages behind this one, in any order: these are not searched for each time.
    std::array<std::vector<uint64_t>*, 32> next{};
    bytes_ -= due.capacity() * sizeof(uint64_t) + page_node_bytes;
    constexpr size_t ahead = 8;
    for (size_t i = 0; i < due.size(); ++i) {
      if (i + 2 * ahead < due.size()) prefetch(due[i + 2 * ahead]);
      if (i + ahead < due.size()) prefetch_entry(due[i + ahead]);
      const uint64_t hash = due[i];
      Entry* entry = find_any(hash);
      if (!entry) continue;
      const int64_t until = owner_.needed_until(*entry);
      if (until >= now && now != INT64_MAX) {
        const int64_t page = page_of(until);
        const auto behind = static_cast<uint64_t>(page) - static_cast<uint64_t>(number);
        if (behind >= next.size()) {
          add_to_page(hash, page);
          continue;
        }
        if (!next[behind]) next[behind] = &page_at(page);
        put_on(*next[behind], hash);
        continue;
      }
      owner_.release(*entry);
      erase(*entry);
      ++expired;
    }
  }
  return expired;
}

bool KeyedState::evict_oldest(const Entry* spare) {
  bool spared = false, evicted = false;
  uint64_t spared_hash = 0;
  while (!evicted && !calendar_.empty()) {
    const auto first = calendar_.begin();
    if (first->second.empty()) {
      bytes_ -= first->second.capacity() * sizeof(uint64_t) + page_node_bytes;
      calendar_.erase(first);
      continue;
    }
    const uint64_t hash = first->second.back();
    const int64_t page = first->first;
    first->second.pop_back();
    Entry* entry = find_any(hash);
    if (!entry) continue;
    if (entry == spare) {
      spared = true, spared_hash = hash;
    } else if (const int64_t until = owner_.needed_until(*entry); page_of(until) > page) {
      add_to_calendar(hash, until);
    } else {
      owner_.release(*entry);
      erase(*entry);
      evicted = true;
    }
  }
  if (spared) add_to_calendar(spared_hash, owner_.needed_until(*spare));
  return evicted;
}

void KeyedState::clear() {
  for (uint64_t slot : slots_) {
    if (!slot) continue;
    owner_.release(*entry_of(slot));
    std::free(entry_of(slot));
  }
  slots_ = {};
  calendar_.clear();
  size_ = bytes_ = 0;
}

}  // namespace sigrun
