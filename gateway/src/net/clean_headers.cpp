// One pass over most headers; a second only where something has to go.
#include "net/clean_headers.h"

#include <utility>

#include <turngate/http/nominated_fields.h>

namespace turngate::net {
namespace {

bool begins(std::string_view name, std::string_view prefix) {
    return name.size() >= prefix.size() && iequals(name.substr(0, prefix.size()), prefix);
}

bool is_unwanted(std::string_view name, bool is_runtime) {
    if (name.find('_') != std::string_view::npos || is_hop_by_hop(name)) return true;
    switch (name.empty() ? '\0' : name.front() | 0x20) {
        case 'x':
            return begins(name, "x-vercel-internal-") || begins(name, "x-open-runtimes-") ||
                   iequals(name, "x-internal-challenge");
        case 'l':
            return !is_runtime && begins(name, "lambda-runtime-");
        case 'p':
            return iequals(name, "proxy");
        default:
            return false;
    }
}

}  // namespace

void clean_headers(Headers& headers, bool is_upgrade, bool is_runtime) {
    bool is_clean = true;
    for (const auto& field : headers)
        is_clean = is_clean && !is_unwanted(field.name, is_runtime);
    if (is_clean) return;
    const NominatedFields nominated(headers);
    Headers kept;
    for (const auto& [name, value] : headers)
        if ((!is_unwanted(name, is_runtime) && !nominated.contains(name)) ||
            (is_upgrade && iequals(name, "upgrade")))
            kept.add(name, value);
    if (is_upgrade) kept.add("Connection", "Upgrade");
    headers = std::move(kept);
}

}  // namespace turngate::net
