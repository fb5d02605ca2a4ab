#include "client_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

#include <turngate/http/field_list.h>
#include <turngate/http/url.h>

namespace turngate::events {
namespace {

// "203.0.113.7:5432" and "[2001:db8::1]:443" without the port.
std::string_view without_port(std::string_view address) {
    if (address.starts_with('[')) {
        auto end = address.find(']');
        if (end != std::string_view::npos) return address.substr(1, end - 1);
    }
    auto colon = address.find(':');
    bool only_one = colon != std::string_view::npos && colon == address.rfind(':');
    return only_one ? address.substr(0, colon) : address;
}

}  // namespace

bool is_ip_address(std::string_view text) noexcept {
    char terminated[INET6_ADDRSTRLEN] = {};
    if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return false;
    std::copy(text.begin(), text.end(), terminated);
    in6_addr address;
    return inet_pton(AF_INET, terminated, &address) == 1 ||
           inet_pton(AF_INET6, terminated, &address) == 1;
}

std::string_view forwarded_client(const Headers& headers, bool is_last) {
    std::string_view found;
    for (const auto& field : headers) {
        if (!iequals(field.name, "x-forwarded-for")) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::string_view element = take_element(rest);
            if (element.empty()) continue;
            found = element;
            if (!is_last) break;
        }
        if (!is_last && !found.empty()) break;
    }
    found = without_port(found);
    return is_ip_address(found) ? found : std::string_view();  // "unknown", or made up
}

bool is_event_host(std::string_view host) {
    if (is_host(host)) return true;
    std::string filled(host.substr(0, 300));  // longer than any host
    for (char& c : filled)
        if (std::string_view("*<>{}").find(c) != std::string_view::npos) c = 'x';
    return is_host(filled);
}

}  // namespace turngate::events
