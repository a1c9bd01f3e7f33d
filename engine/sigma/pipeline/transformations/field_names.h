// The walk that every transformation of field names shares: over detection items, the fields that values refer to, and
// the fields of a correlation.
//
// A renamed field names the event's field as it stands: no spelling of a log source table applies to it any more.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {

class FieldNameTransformation : public DetectionItemTransformation {
 public:
  using DetectionItemTransformation::apply;
  bool apply(CorrelationRule& rule, RuleContext& context) const override;

 protected:
  using Names = std::vector<std::string>;  // never empty

  // Empty: the name stays. No field: a keyword.
  virtual std::optional<Names> rename(std::optional<std::string_view> field) const = 0;

  Change apply_item(Detection& node, RuleContext& context) const override;

 private:
  // rename() of a name that the conditions select, noted in the context.
  std::optional<Names> rename_selected(const std::string& field, RuleContext& context) const;
  bool rename_single(std::string& field, std::string_view place, RuleContext& context) const;
  bool rename_references(DetectionItem& item, RuleContext& context) const;
};

}  // namespace sigrun::sigma
