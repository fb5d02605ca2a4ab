// Which parts of a call are secrets.
#include "record/redaction_rules.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <turngate/http/headers.h>

namespace turngate::recording {
namespace {

// Credentials of clients, sessions, and the keys that platforms put beside a request.
constexpr std::string_view secret_headers[] = {
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-access-token",
    "x-csrf-token",
    "x-amz-security-token",
    "x-amzn-oidc-data",
    "x-amzn-oidc-accesstoken",
    "x-internal-challenge",
    "x-open-runtimes-secret",
    "x-appwrite-key",
    "x-appwrite-user-jwt",
    "x-vercel-protection-bypass",
    "x-vercel-oidc-token",
    "x-vercel-internal-oidc-token",
    "x-vercel-sc-headers",
};

// RFC 6750 section 2.3; presigned requests of AWS.
constexpr std::string_view secret_parameters[] = {"access_token", "x-amz-signature",
                                                  "x-amz-security-token"};

[[noreturn]] void refuse(std::string_view rule) {
    throw std::invalid_argument('"' + std::string(rule) + "\" is no rule");
}

}  // namespace

std::vector<std::string> RedactionRules::default_words() {
    std::vector<std::string> words(std::begin(secret_headers), std::end(secret_headers));
    for (std::string_view name : secret_parameters)
        words.push_back("query:" + std::string(name));
    return words;
}

RedactionRules RedactionRules::defaults() {
    RedactionRules rules;
    for (const std::string& word : default_words())
        rules.add(word);
    return rules;
}

void RedactionRules::add(std::string_view rule) {
    if (rule.starts_with('!')) return take_back(rule.substr(1));
    if (rule.starts_with('/')) return add_pointer(rule);
    const std::string_view whole = rule;
    std::vector<std::string>& names = named(rule);
    if (rule.empty() || (&names == &headers_ && !is_token(rule))) refuse(whole);
    if (!has(names, rule)) names.push_back(lower_case(rule));
}

// The names that a rule is about, and of the rule its name alone.
std::vector<std::string>& RedactionRules::named(std::string_view& rule) {
    struct Kind {
        std::string_view prefix;
        std::vector<std::string>& names;
    };
    const Kind kinds[] = {{"query:", queries_},  {"cookie:", cookies_},   {"form:", forms_},
                          {"header:", headers_}, {"/body/form/", forms_}, {"/headers/", headers_}};
    for (const Kind& kind : kinds) {
        if (!rule.starts_with(kind.prefix)) continue;
        rule.remove_prefix(kind.prefix.size());
        return kind.names;
    }
    return headers_;
}

void RedactionRules::add_pointer(std::string_view pointer) {
    std::string_view name = pointer;
    std::vector<std::string>& names = named(name);
    if (name.size() < pointer.size()) {
        if (name.empty() || (&names == &headers_ && !is_token(name))) refuse(pointer);
        if (!has(names, name)) names.push_back(lower_case(name));
        return;
    }
    PointerRule rule{std::string(pointer), {}};
    try {
        rule.values.add_pointer(pointer);
    } catch (const std::invalid_argument&) {
        refuse(pointer);
    }
    if (rule.values.status() || rule.values.headers()) refuse(pointer);
    if (std::none_of(pointers_.begin(), pointers_.end(),
                     [&](const PointerRule& known) { return known.pointer == pointer; }))
        pointers_.push_back(std::move(rule));
}

void RedactionRules::take_back(std::string_view rule) {
    if (rule == "*") {
        *this = RedactionRules();
        return;
    }
    if (std::erase_if(pointers_, [&](const PointerRule& known) { return known.pointer == rule; }) >
        0)
        return;
    const std::string_view whole = rule;
    std::vector<std::string>& names = named(rule);
    if (rule.empty() || rule.starts_with('!') || rule.starts_with('/')) refuse(whole);
    std::erase_if(names, [&](const std::string& name) { return iequals(name, rule); });
}

bool RedactionRules::whole_body() const noexcept {
    return std::any_of(pointers_.begin(), pointers_.end(),
                       [](const PointerRule& rule) { return rule.values.body(); });
}

bool RedactionRules::has(const std::vector<std::string>& names, std::string_view name) noexcept {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& known) { return iequals(known, name); });
}

}  // namespace turngate::recording
