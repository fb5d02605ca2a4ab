// How the bytes of a body travel in JSON: as a string, or as base64.
#pragma once

#include <string_view>

#include <turngate/http/headers.h>

namespace turngate::events {

// True if bodies of this Content-Type are text: none at all, text/*, JSON, XML, YAML, JavaScript,
// forms, and what ends in +json, +xml or +yaml.
bool is_text_type(std::string_view content_type) noexcept;

// True if `content_encoding` names a coding, so that the bytes are compressed.
bool is_coded(std::string_view content_encoding) noexcept;

// True if `body` is text by its type, by having no coding and by its bytes.
bool is_text_body(const Headers& headers, std::string_view body);

}  // namespace turngate::events
