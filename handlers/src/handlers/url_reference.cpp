#include "url_reference.h"

#include <algorithm>

namespace turngate {
namespace {

// RFC 3986 section 5.2.4. REQUIRES that the path is empty or begins with '/'.
std::string without_dot_segments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/', 1));
        path.remove_prefix(segment.size());
        const bool is_parent = segment == "/..";
        if (is_parent) out.erase(std::min(out.rfind('/'), out.size()));
        if (!is_parent && segment != "/.")
            out += segment;
        else if (path.empty())
            out += '/';
    }
    return out;
}

// Takes what stands before the first of `ends`.
std::string_view take_until(std::string_view& text, const char* ends) {
    const std::string_view out = text.substr(0, text.find_first_of(ends));
    text.remove_prefix(out.size());
    return out;
}

}  // namespace

std::string resolve_reference(const Url& base, std::string_view reference) {
    reference = reference.substr(0, reference.find('#'));
    std::string out = base.scheme + ':';
    // A URL within a path or a query is none of its own.
    if (reference.find(':') < reference.find_first_of("/?"))
        out = std::string(take_until(reference, ":")) + ':';
    const bool has_scheme = reference.starts_with(':');
    if (has_scheme) reference.remove_prefix(1);

    const bool has_authority = reference.starts_with("//");
    if (has_authority) {
        reference.remove_prefix(2);
        out.append("//").append(take_until(reference, "/?"));
    } else if (has_scheme) {
        return out.append(reference);
    } else {
        out.append("//").append(base.host);
        if (reference.empty()) return out + base.target();
    }
    const std::string_view path = take_until(reference, "?");
    if (path.starts_with('/'))
        out += without_dot_segments(path);
    else if (!path.empty())
        out += without_dot_segments(base.path.substr(0, base.path.rfind('/') + 1).append(path));
    else if (!has_authority)
        out += base.path;
    return out.append(reference);
}

}  // namespace turngate
