// Request targets, form by form.
#include <algorithm>

#include <turngate/http/headers.h>
#include <turngate/http/url.h>
#include <turngate/http1/target.h>

namespace turngate::http1 {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// `s` is a path and perhaps a query.
bool is_path_and_query(std::string_view s) {
    const bool visible = std::all_of(s.begin(), s.end(), [](char c) {
        return c > 0x20 && c < 0x7F && c != '#';  // a byte past ASCII is negative or above
    });
    if (!visible) return false;
    const std::string_view path = s.substr(0, s.find('?'));
    for (std::size_t i = path.find('%'); i != std::string_view::npos; i = path.find('%', i + 1)) {
        if (path.size() - i < 3 || !is_hex(path[i + 1]) || !is_hex(path[i + 2])) return false;
        if (path[i + 1] == '0' && path[i + 2] == '0') return false;
    }
    return true;
}

bool is_absolute(std::string_view target) {
    const std::size_t colon = target.find("://");
    if (colon == std::string_view::npos) return false;
    const std::string_view scheme = target.substr(0, colon);
    if (!iequals(scheme, "http") && !iequals(scheme, "https")) return false;
    const std::string_view rest = target.substr(colon + 3);
    const std::string_view host = rest.substr(0, rest.find_first_of("/?"));
    return is_host(host) && is_path_and_query(rest.substr(host.size()));
}

}  // namespace

bool is_target(std::string_view method, std::string_view target) {
    if (target == "*") return method == "OPTIONS";
    return target.starts_with('/') ? is_path_and_query(target) : is_absolute(target);
}

}  // namespace turngate::http1
