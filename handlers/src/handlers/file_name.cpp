#include "file_name.h"

#include <algorithm>

#include <turngate/http/encoding.h>

namespace turngate {
namespace {

constexpr std::string_view well_known = ".well-known";  // RFC 8615
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";

bool is_foreign(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '\\';
}

}  // namespace

bool has_only_whole_escapes(std::string_view text) {
    for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 3))
        if (at + 2 >= text.size() || hex_digits.find(text[at + 1]) == text.npos ||
            hex_digits.find(text[at + 2]) == text.npos)
            return false;
    return true;
}

std::optional<std::string> decoded_path(std::string_view encoded) {
    if (!has_only_whole_escapes(encoded)) return std::nullopt;
    std::string path = percent_decode(encoded);
    if (std::any_of(path.begin(), path.end(), is_foreign)) return std::nullopt;
    return path;
}

std::optional<std::string> file_segment(std::string_view encoded) {
    std::optional<std::string> segment = decoded_path(encoded);
    if (segment && (segment->find('/') != segment->npos || !is_utf8(*segment))) return std::nullopt;
    return segment;
}

bool is_hidden_place(std::string_view place) {
    if (place.starts_with('/')) place = last_segment(place);
    for (bool is_first = true; !place.empty(); is_first = false) {
        const std::string_view segment = place.substr(0, place.find('/'));
        place.remove_prefix(std::min(place.size(), segment.size() + 1));
        if (segment.starts_with('.') && !segment.starts_with("..") && segment != "." &&
            !(is_first && segment == well_known))
            return true;
    }
    return false;
}

FileName file_name(std::string_view path) {
    if (!path.starts_with('/')) return {FileName::Kind::malformed};
    FileName name{path.back() == '/' ? FileName::Kind::directory : FileName::Kind::file};
    path.remove_prefix(1);
    bool is_hidden = false;
    for (bool is_first = true; !path.empty(); is_first = false) {
        const std::string_view encoded = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), encoded.size() + 1));
        const std::optional<std::string> segment = file_segment(encoded);
        if (!segment) return {FileName::Kind::malformed};
        if (segment->empty() || (segment->front() == '.' && !(is_first && *segment == well_known)))
            is_hidden = true;
        name.path += (is_first ? "" : "/") + *segment;
    }
    if (is_hidden) return {FileName::Kind::hidden};
    return name;
}

}  // namespace turngate
