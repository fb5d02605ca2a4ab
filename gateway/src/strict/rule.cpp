#include "strict/rule.h"

#include <chrono>
#include <utility>

#include "replay/quantity.h"
#include "strict/rule_tables.h"

namespace turngate::strict {
namespace {

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t i = text.size(); i > 3;) {
        i -= 3;
        text.insert(i, 1, ',');
    }
    return text;
}

std::string quantity(std::uint64_t amount, Rule::Unit unit) {
    switch (unit) {
        case Rule::Unit::bytes:
            return grouped(amount) + " bytes";
        case Rule::Unit::nanoseconds:
            return replay::duration_text(std::chrono::nanoseconds(amount));
        case Rule::Unit::levels:
            return grouped(amount) + " levels";
        case Rule::Unit::none:
            break;
    }
    return {};
}

std::string found(const Rule& rule, const Subject& subject) {
    if (rule.fault) return rule.fault(subject);
    const auto amount = rule.measure(subject);
    if (!amount || *amount <= rule.limit) return {};
    const std::string_view verb = rule.unit == Rule::Unit::nanoseconds ? " took " : " has ";
    return std::string(rule.what).append(verb) + quantity(*amount, rule.unit);
}

}  // namespace

std::span<const Rule> rules() {
    static const std::vector<Rule> all = [] {
        std::vector<Rule> out;
        for (const std::span<const Rule> table : {request_rules(), reply_rules(), form_rules()})
            out.insert(out.end(), table.begin(), table.end());
        return out;
    }();
    return all;
}

std::string limit_text(const Rule& rule) {
    if (rule.unit == Rule::Unit::nanoseconds)
        return std::to_string(rule.limit / 1'000'000'000) + " s";
    return quantity(rule.limit, rule.unit);
}

std::vector<Violation> check(const Subject& subject) {
    std::vector<Violation> out;
    for (const Rule& rule : rules()) {
        if (!rule.platforms.has(subject.platform)) continue;
        std::string fault = found(rule, subject);
        if (fault.empty()) continue;
        std::string limit = rule.fault ? std::string(rule.what) : "at most " + limit_text(rule);
        limit.append("; ").append(rule.outcome);
        out.push_back(
            {rule.name, name(subject.platform), std::move(fault), std::move(limit), rule.fix});
    }
    return out;
}

}  // namespace turngate::strict
