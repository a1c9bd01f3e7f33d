// field_name_mapping, field_name_prefix_mapping, field_name_prefix, field_name_suffix, field_name_transform: what each
// makes of a name.
#include <fmt/format.h>

#include <map>

#include "sigma/pipeline/transformations/field_names.h"
#include "sigma/pipeline/transformations/text_case.h"

namespace sigrun::sigma {
namespace {

// Mappings write keywords, which have no field, as the key null.
bool means_keyword(std::string_view key) {
  return key.empty() || key == "~" || key == "null" || key == "Null" || key == "NULL";
}

class FieldNameMapping : public FieldNameTransformation {
 public:
  explicit FieldNameMapping(const Parameters::Mapping& mapping) {
    for (const auto& [field, names] : mapping) {
      if (means_keyword(field))
        keyword_ = names;
      else
        fields_.emplace(field, names);
    }
  }

 protected:
  std::optional<Names> rename(std::optional<std::string_view> field) const override {
    if (!field) return keyword_;
    auto found = fields_.find(*field);
    return found == fields_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, Names, std::less<>> fields_;
  std::optional<Names> keyword_;
};

class FieldNamePrefixMapping : public FieldNameTransformation {
 public:
  explicit FieldNamePrefixMapping(Parameters::Mapping mapping) : mapping_(std::move(mapping)) {}

 protected:
  // The first prefix that fits, in the order of the file.
  std::optional<Names> rename(std::optional<std::string_view> field) const override {
    if (!field) return {};
    for (const auto& [prefix, replacements] : mapping_) {
      if (!field->starts_with(prefix)) continue;
      Names names;
      for (const std::string& replacement : replacements)
        names.push_back(replacement + std::string(field->substr(prefix.size())));
      return names;
    }
    return {};
  }

 private:
  Parameters::Mapping mapping_;
};

class FieldNameAffix : public FieldNameTransformation {
 public:
  FieldNameAffix(std::string prefix, std::string suffix)
      : prefix_(std::move(prefix)), suffix_(std::move(suffix)) {}

 protected:
  std::optional<Names> rename(std::optional<std::string_view> field) const override {
    if (!field) return {};
    return Names{prefix_ + std::string(*field) + suffix_};
  }

 private:
  std::string prefix_, suffix_;
};

// pySigma takes a Python function here, which YAML cannot write; the functions that pipelines use go by their names.
class FieldNameTransform : public FieldNameMapping {
 public:
  FieldNameTransform(const Parameters::Mapping& mapping, TextCase function)
      : FieldNameMapping(mapping), function_(function) {}

 protected:
  std::optional<Names> rename(std::optional<std::string_view> field) const override {
    auto mapped = FieldNameMapping::rename(field);
    if (mapped || !field) return mapped;
    std::string name = change_case(*field, function_);
    if (name == *field) return {};
    return Names{std::move(name)};
  }

 private:
  TextCase function_;
};

}  // namespace

std::shared_ptr<const Transformation> read_field_name_mapping(Parameters& parameters, const Limits&) {
  return std::make_shared<FieldNameMapping>(parameters.mapping("mapping"));
}

std::shared_ptr<const Transformation> read_field_name_prefix_mapping(Parameters& parameters, const Limits&) {
  return std::make_shared<FieldNamePrefixMapping>(parameters.mapping("mapping"));
}

std::shared_ptr<const Transformation> read_field_name_prefix(Parameters& parameters, const Limits&) {
  return std::make_shared<FieldNameAffix>(parameters.text("prefix"), "");
}

std::shared_ptr<const Transformation> read_field_name_suffix(Parameters& parameters, const Limits&) {
  return std::make_shared<FieldNameAffix>("", parameters.text("suffix"));
}

std::shared_ptr<const Transformation> read_field_name_transform(Parameters& parameters, const Limits&) {
  Parameters::Mapping mapping;
  if (const YamlNode* given = parameters.node("mapping");
      given && !(given->is_map() && given->entries.empty()))
    mapping = parameters.mapping("mapping");
  std::string function = parameters.text("transform_func");
  auto known = parse_text_case(function);
  if (!known && !function.empty())
    parameters.error(parameters.mark_of("transform_func"),
                     fmt::format("'transform_func' must be lower, upper or snake_case, not '{}'", function));
  if (parameters.flag("apply_keyword", false))
    parameters.error(parameters.mark_of("apply_keyword"),
                     "keywords have no name to transform; map them under the key null");
  return std::make_shared<FieldNameTransform>(mapping, known.value_or(TextCase::lower));
}

}  // namespace sigrun::sigma
