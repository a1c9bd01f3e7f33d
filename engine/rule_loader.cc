#include "rule_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "rule_files.h"
#include "sigma/condition.h"
#include "sigma/pipeline/pipeline.h"
#include "sigma/placeholders.h"
#include "sigma/rule_set.h"
#include "text_file.h"

namespace sigrun {
namespace {

namespace fs = std::filesystem;

class RuleLoader {
 public:
  RuleLoader(const LoadOptions& options, LoadReport& report, RuleCache* cache)
      : options_(options),
        report_(report),
        cache_(cache),
        for_each_(options.for_each ? options.for_each : ForEach(one_by_one)) {}

  std::optional<LoadedRules> load() {
    if (!read_pipelines() || !read_vars() || !read_files()) return {};
    DiagnosticSink sink;
    set_.link(options_.limits, sink);
    take_linked(sink);
    apply_pipelines();
    select();
    set_.link_correlations(options_.limits, sink);
    take_linked(sink);
    if (!options_.muting)
      for (sigma::DetectionRule& rule : set_.detections) rule.muted = false;
    report_.refused += set_.refused;
    report_.correlations = set_.correlations.size();
    report_.filters = set_.filters.size();
    report_.loaded = set_.detections.size();
    for (const auto& rule : set_.detections) {
      if (!rule.muted || rule.narrowed) continue;
      report_.muted.push_back(rule.header.title);
      report_.muted_places.emplace_back(rule.header.file, rule.header.mark);
    }
    return LoadedRules{std::move(set_.detections), std::move(set_.correlations)};
  }

 private:
  // Call before take(): these errors of the sink are why the rule is refused.
  void note_refused(const DiagnosticSink& sink, std::string title, Mark mark, size_t first, size_t end) {
    RefusedRule rule{sink.file(), std::move(title), mark, {}};
    for (size_t i = first; i < end; ++i) {
      const Diagnostic& diagnostic = sink.diagnostics()[i];
      if (diagnostic.severity != Severity::error) continue;
      rule.file = diagnostic.file;
      rule.errors += (rule.errors.empty() ? "" : "\n") + diagnostic.message;
    }
    report_.refused_rules.push_back(std::move(rule));
  }
  // Linking refuses a rule with one error each.
  void take_linked(DiagnosticSink& sink) {
    for (size_t i = 0; i < sink.diagnostics().size(); ++i)
      if (const Diagnostic& error = sink.diagnostics()[i]; error.severity == Severity::error)
        note_refused(sink, {}, error.mark, i, i + 1);
    take(sink);
  }

  void take(DiagnosticSink& sink) {
    std::vector<Diagnostic> diagnostics = sink.take();
    std::move(diagnostics.begin(), diagnostics.end(), std::back_inserter(report_.diagnostics));
  }

  bool fail(std::string message) {
    report_.fatal = std::move(message);
    return false;
  }

  bool read_pipelines() {
    for (const std::string& name : options_.pipelines) {
      // What is not written as a path is the name of a shipped one first: a file or folder that happens to be called
      // "sysmon" where the engine was started must not take its place.
      const std::string shipped = share_folder() + "/rules/taxonomy/pipelines/" + name + ".yml";
      const bool named = name.find('/') == name.npos && !is_yaml_file_name(name);
      std::error_code ignored;
      const std::string path = named && fs::exists(shipped, ignored) ? shipped : name;
      if (!fs::exists(path, ignored))
        return fail(options_.with_place(
            name, fmt::format("there is no pipeline '{}': neither a file nor one of those that are shipped",
                              name)));
      std::string problem;
      auto text = read_text(path, options_.limits.yaml_bytes, problem);
      if (!text) return fail(options_.with_place(name, std::move(problem)));
      DiagnosticSink sink(path);
      auto pipeline = sigma::read_pipeline(*text, options_.limits, sink);
      if (!pipeline || sink.error_count() > 0) return fail(sink.first_error());
      take(sink);
      pipelines_.add(std::move(*pipeline));
    }
    return true;
  }

  bool read_vars() {
    if (options_.vars_path.empty()) return true;
    std::string problem;
    auto text = read_text(options_.vars_path, options_.limits.yaml_bytes, problem);
    if (!text) return fail(options_.with_place(options_.vars_path, std::move(problem)));
    DiagnosticSink sink(options_.vars_path);
    auto values = sigma::read_placeholders(*text, options_.limits, sink);
    if (!values || sink.error_count() > 0) return fail(sink.first_error());
    take(sink);
    vars_ = std::move(*values);
    pipelines_.set_vars(vars_);
    return true;
  }

  // What one file gave; without rules it could not be read, and the sink says why.
  struct FileRead {
    explicit FileRead(const std::string& path) : sink(path) {}
    DiagnosticSink sink;
    std::optional<sigma::RuleFile> rules;
    std::shared_ptr<const RuleCache::File> remembered;  // the same, for the cache
    bool unchanged = false;                             // it comes from there
    std::vector<RefusedRule> kept;  // what is wrong with the file, where an older version stands for it
    std::vector<Diagnostic> replaced;  // of the version that does not
  };

  void read_file(FileRead& read) const {
    std::string problem;
    const auto text = read_text(read.sink.file(), options_.limits.yaml_bytes, problem);
    if (!text) {
      read.sink.error({}, problem.substr(read.sink.file().size() + 2));
      keeps_last_good(read);
      return;
    }
    if (cache_) read.remembered = cache_->find(read.sink.file(), *text, options_.limits);
    if (read.remembered) {
      read.unchanged = true;
      read.rules = read.remembered->rules;
      for (const Diagnostic& diagnostic : read.remembered->diagnostics) read.sink.append(diagnostic);
      return;
    }
    read.rules = sigma::read_rules(*text, options_.limits, read.sink);
    if (keeps_last_good(read)) return;
    if (cache_) read.remembered = RuleCache::remember(*text, *read.rules, read.sink.diagnostics());
    if (pipelines_.empty())
      for (sigma::DetectionRule& rule : read.rules->detections) drop_what_pipelines_ask(rule);
  }

  // Puts the version of the last load in the place of a file that has errors now and had none, or fewer, then.
  bool keeps_last_good(FileRead& read) const {
    if (!cache_ || !options_.keep_last_good || (read.rules && read.rules->refused_documents.empty())) return false;
    const std::shared_ptr<const RuleCache::File> last = cache_->last(read.sink.file());
    if (!last || (read.rules && last->rules.refused_documents.size() >= read.rules->refused_documents.size()))
      return false;
    RefusedRule& kept = read.kept.emplace_back(RefusedRule{read.sink.file(), {}, {}, {}});
    read.replaced = read.sink.take();
    for (const Diagnostic& diagnostic : read.replaced)
      if (diagnostic.severity == Severity::error)
        kept.errors += (kept.errors.empty() ? "" : "\n") + diagnostic.to_string();
    // Places of refused documents are counted in these.
    for (const Diagnostic& diagnostic : last->diagnostics) read.sink.append(diagnostic);
    read.rules = last->rules;
    read.remembered = last;
    return true;
  }

  // There are tens of thousands of rules, and all are held until they are planned.
  static void drop_what_pipelines_ask(sigma::DetectionRule& rule) {
    std::string().swap(rule.header.description);
    std::string().swap(rule.condition_text);
    std::vector<std::pair<std::string, std::string>>().swap(rule.header.custom);
  }

  void remember(std::vector<FileRead>& reads) {
    if (!cache_) return;
    RuleCache::Files files;
    for (FileRead& read : reads) {
      report_.unchanged_files += read.unchanged;
      if (read.remembered) files.emplace(read.sink.file(), std::move(read.remembered));
    }
    cache_->keep_only(std::move(files), options_.limits);
  }

  bool read_files() {
    std::vector<std::string> files;
    for (const std::string& path : options_.rule_paths) {
      size_t before = files.size();
      std::string problem;
      std::vector<std::string> lost;
      if (!find_rule_files(path, files, lost, problem))
        return fail(options_.with_place(path, std::move(problem)));
      for (const std::string& what : lost) {
        size_t colon = what.rfind(": ");
        report_.diagnostics.push_back({Severity::warning, what.substr(0, colon), {}, what.substr(colon + 2)});
      }
      if (files.size() == before)
        return fail(options_.with_place(
            path, fmt::format("{}: the folder holds no rule file (*.yml, *.yaml)", path)));
    }
    std::vector<std::string> identities(files.size());
    for_each_(files.size(), [&](size_t i) {
      std::error_code ignored;
      identities[i] = fs::weakly_canonical(files[i], ignored).string();
      if (identities[i].empty()) identities[i] = files[i];
    });
    std::vector<FileRead> reads;
    for (size_t i = 0; i < files.size(); ++i)
      if (seen_.insert(std::move(identities[i])).second) reads.emplace_back(files[i]);
    report_.files += reads.size();
    // Files are read side by side and taken in their order.
    for_each_(reads.size(), [&](size_t i) { read_file(reads[i]); });
    remember(reads);
    set_.detections.reserve(reads.size());
    for (FileRead& read : reads) {
      std::move(read.kept.begin(), read.kept.end(), std::back_inserter(report_.kept));
      if (read.rules) {
        for (const sigma::RefusedDocument& refused : read.rules->refused_documents)
          note_refused(read.sink, refused.title, refused.mark, refused.first_diagnostic,
                       refused.end_diagnostic);
        set_.add(std::move(*read.rules));
      } else {
        note_refused(read.sink, {}, {}, 0, 1);
        ++set_.refused;
      }
      std::move(read.replaced.begin(), read.replaced.end(), std::back_inserter(report_.diagnostics));
      take(read.sink);
    }
    return true;
  }

  // Rewrites every rule; those that a pipeline refuses, or whose placeholders have no value, are left out.
  void apply_pipelines() {
    std::erase_if(set_.detections, [&](sigma::DetectionRule& rule) {
      DiagnosticSink sink(rule.header.file);
      const bool good =
          pipelines_.apply(rule, sink) && sigma::resolve_placeholders(rule, vars_, options_.limits, sink);
      if (!good) note_refused(sink, rule.header.title, rule.header.mark, 0, sink.diagnostics().size());
      take(sink);
      set_.refused += !good;
      return !good;
    });
    if (!pipelines_.empty()) apply_pipelines_to_correlations();
  }

  // All are rewritten before any is left out: what a correlation refers to has to be there while it is looked at.
  void apply_pipelines_to_correlations() {
    const auto bases = index_rules(set_.detections);
    const auto chains = index_rules(set_.correlations);
    std::vector<bool> good;
    for (sigma::CorrelationRule& rule : set_.correlations) {
      DiagnosticSink sink(rule.header.file);
      good.push_back(pipelines_.apply(rule, sink, base_logsources(rule, bases, chains)));
      if (!good.back()) note_refused(sink, rule.header.title, rule.header.mark, 0, sink.diagnostics().size());
      take(sink);
    }
    std::vector<sigma::CorrelationRule> kept;
    for (size_t i = 0; i < good.size(); ++i) {
      if (good[i])
        kept.push_back(std::move(set_.correlations[i]));
      else
        ++set_.refused;
    }
    set_.correlations = std::move(kept);
  }

  // The rules that bear an id or name.
  template <class Rule>
  using Index = std::multimap<std::string, const Rule*, std::less<>>;
  template <class Rule>
  static Index<Rule> index_rules(const std::vector<Rule>& rules) {
    Index<Rule> index;
    for (const Rule& rule : rules) {
      if (!rule.header.id.empty()) index.emplace(rule.header.id, &rule);
      if (!rule.header.name.empty() && rule.header.name != rule.header.id)
        index.emplace(rule.header.name, &rule);
    }
    return index;
  }

  // Ids and names that these correlations refer to, directly or through others.
  static std::set<std::string> referred_to(std::vector<const sigma::CorrelationRule*> open,
                                           const Index<sigma::CorrelationRule>& chains) {
    std::set<std::string> names;
    while (!open.empty()) {
      const sigma::CorrelationRule* next = open.back();
      open.pop_back();
      for (const auto& [name, mark] : next->rules) {
        if (!names.insert(name).second) continue;
        for (auto [found, end] = chains.equal_range(name); found != end; ++found)
          open.push_back(found->second);
      }
    }
    return names;
  }

  // Of the detection rules that a correlation refers to, directly or through others.
  static std::vector<sigma::LogSource> base_logsources(const sigma::CorrelationRule& rule,
                                                       const Index<sigma::DetectionRule>& bases,
                                                       const Index<sigma::CorrelationRule>& chains) {
    std::vector<sigma::LogSource> logsources;
    for (const std::string& name : referred_to({&rule}, chains))
      for (auto [found, end] = bases.equal_range(name); found != end; ++found)
        logsources.push_back(found->second->logsource);
    return logsources;
  }

  static std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
  }

  static bool is_named(const sigma::RuleHeader& header, const std::string& pattern) {
    const std::string lower = lower_case(pattern);
    if (lower_case(header.id) == lower) return true;
    auto tagged = [&](const std::string& tag) {
      return sigma::selection_name_matches(lower, lower_case(tag));
    };
    if (std::any_of(header.tags.begin(), header.tags.end(), tagged)) return true;
    return sigma::selection_name_matches(pattern, header.file) ||
           sigma::selection_name_matches("*/" + pattern, header.file);
  }

  bool is_wanted(const sigma::RuleHeader& header) const {
    const RuleSelection& wanted = options_.selection;
    auto named = [&](const std::string& pattern) { return is_named(header, pattern); };
    if (header.level < wanted.min_level || header.status < wanted.min_status) return false;
    if (!wanted.select.empty() && std::none_of(wanted.select.begin(), wanted.select.end(), named))
      return false;
    return std::none_of(wanted.exclude.begin(), wanted.exclude.end(), named);
  }

  // Ids and names that the wanted correlations refer to, directly or through others.
  std::set<std::string> needed_by_correlations() const {
    std::vector<const sigma::CorrelationRule*> wanted;
    for (const sigma::CorrelationRule& rule : set_.correlations)
      if (is_wanted(rule.header)) wanted.push_back(&rule);
    return referred_to(std::move(wanted), index_rules(set_.correlations));
  }

  // What was asked for in vain: a mistyped tag must not look like one that found nothing.
  std::vector<std::string> unmatched(const std::vector<std::string>& patterns) const {
    std::vector<std::string> out;
    for (const std::string& pattern : patterns) {
      auto named = [&](const auto& rule) { return is_named(rule.header, pattern); };
      if (std::none_of(set_.detections.begin(), set_.detections.end(), named) &&
          std::none_of(set_.correlations.begin(), set_.correlations.end(), named))
        out.push_back(pattern);
    }
    return out;
  }

  static bool is_in(const sigma::RuleHeader& header, const std::set<std::string>& names) {
    return names.contains(header.id) || (!header.name.empty() && names.contains(header.name));
  }

  // What is not wanted goes, unless a wanted correlation needs it: then it stays, without alerts of its own.
  void select() {
    report_.unmatched_select = unmatched(options_.selection.select);
    report_.unmatched_exclude = unmatched(options_.selection.exclude);
    std::set<std::string> needed = needed_by_correlations();
    size_t before = set_.detections.size() + set_.correlations.size();
    std::erase_if(set_.correlations,
                  [&](const auto& rule) { return !is_wanted(rule.header) && !is_in(rule.header, needed); });
    std::erase_if(set_.detections, [&](sigma::DetectionRule& rule) {
      if (is_wanted(rule.header)) return false;
      rule.muted = true;
      return !is_in(rule.header, needed);
    });
    report_.deselected = before - set_.detections.size() - set_.correlations.size();
  }

  const LoadOptions& options_;
  LoadReport& report_;
  RuleCache* cache_;  // or null
  ForEach for_each_;
  sigma::PipelineStack pipelines_;
  sigma::PlaceholderValues vars_;
  std::set<std::string> seen_;
  sigma::RuleSet set_;
};

}  // namespace

std::optional<LoadedRules> load_rules(const LoadOptions& options, LoadReport& report, RuleCache* cache) {
  return RuleLoader(options, report, cache).load();
}

}  // namespace sigrun
