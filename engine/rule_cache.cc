#include "rule_cache.h"

#include <utility>

#include "support/seeded_hash.h"

namespace sigrun {

std::shared_ptr<const RuleCache::File> RuleCache::find(const std::string& path, std::string_view text,
                                                       const Limits& limits) const {
  auto known = files_.find(path);
  if (known == files_.end() || limits != limits_) return {};
  const File& file = *known->second;
  const bool same = file.text_size == text.size() && file.text_hash == seeded_hash(text);
  return same ? known->second : nullptr;
}

std::shared_ptr<const RuleCache::File> RuleCache::remember(std::string_view text,
                                                           const sigma::RuleFile& rules,
                                                           const std::vector<Diagnostic>& diagnostics) {
  return std::make_shared<const File>(File{seeded_hash(text), text.size(), rules, diagnostics});
}

std::shared_ptr<const RuleCache::File> RuleCache::last(const std::string& path) const {
  const auto known = files_.find(path);
  return known == files_.end() ? nullptr : known->second;
}

void RuleCache::keep_only(Files files, const Limits& limits) {
  files_ = std::move(files);
  limits_ = limits;
}

}  // namespace sigrun
