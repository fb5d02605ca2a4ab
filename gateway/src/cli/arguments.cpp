#include "cli/arguments.h"

#include <stdexcept>

#include "cli/value.h"

namespace turngate::cli {

void Arguments::declare(std::span<const Option> options) {
    for (const Option& option : options)
        entries_[std::string(option.name)].kind = option.kind;
}

void Arguments::set(const Option& option, std::string value, Source source, unsigned rank) {
    Entry& entry = entries_.at(std::string(option.name));
    if (source < entry.source) return;
    if (source > entry.source || !option.repeatable) entry.values.clear();
    entry.source = source;
    entry.rank = rank;
    entry.values.push_back(std::move(value));
}

void Arguments::drop(const Option& option) {
    Entry& entry = entries_.at(std::string(option.name));
    entry.values.clear();
    entry.source = Source::nowhere;
    entry.rank = 0;
    if (!option.fallback.empty()) set(option, std::string(option.fallback), Source::fallback);
}

const Arguments::Entry& Arguments::find(std::string_view name) const {
    auto it = entries_.find(name);
    if (it == entries_.end()) throw std::logic_error("no option is named " + std::string(name));
    return it->second;
}

std::size_t Arguments::count(std::string_view name) const {
    std::size_t n = 0;
    for (const std::string& value : find(name).values)
        if (value == "true") ++n;
    return n;
}

std::string_view Arguments::text(std::string_view name) const& {
    const Entry& entry = find(name);
    return entry.values.empty() ? std::string_view() : entry.values.back();
}

const std::vector<std::string>& Arguments::all(std::string_view name) const& {
    return find(name).values;
}

std::int64_t Arguments::number(std::string_view name) const {
    return parse_number(text(name)).value();
}

std::chrono::nanoseconds Arguments::duration(std::string_view name) const {
    return parse_duration(text(name)).value();
}

std::uint64_t Arguments::size(std::string_view name) const {
    return parse_size(text(name)).value();
}

}  // namespace turngate::cli
