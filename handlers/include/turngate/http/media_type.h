// Media types: what a Content-Type says, and whether a body can travel as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/http/headers.h>
#include <turngate/http/response.h>

namespace turngate {

// A parsed Content-Type (RFC 9110 section 8.3.1).
struct MediaType {
    std::string essence;                                               // "text/html", lower case
    std::vector<std::pair<std::string, std::string>> parameters = {};  // names in lower case

    // As lenient as browsers are: a parameter that is none is skipped, and of two with one name the
    // first counts. Absent if there is no type, no subtype, or one is not a token.
    static std::optional<MediaType> parse(std::string_view text);

    // The value of `name` (in lower case), unquoted; empty if there is none. Valid as long as this.
    std::string_view parameter(std::string_view name) const& noexcept;
    std::string_view parameter(std::string_view) const&& = delete;

    // "utf-8" of "text/html; charset=UTF-8", in lower case; empty if it is not said.
    std::string charset() const;
};

// True if bodies of the type that this Content-Type names are text to whoever looks at an event:
// text/*, JSON, JavaScript, XML, YAML, forms, GraphQL and every type that ends in +json, +xml or
// +yaml.
bool is_text(std::string_view content_type);

// How an event carries `body`. Base64 if a Content-Encoding but identity is on it, if it is not
// valid UTF-8, or if its Content-Type is not of text; a missing or malformed Content-Type says
// nothing. An empty body is text.
Encoding body_encoding(const Headers& headers, std::string_view body);

// The Content-Type of a file by its extension, text with "; charset=utf-8";
// "application/octet-stream" if there is none or it is unknown. Valid for ever.
std::string_view media_type_of(std::string_view path) noexcept;

}  // namespace turngate
