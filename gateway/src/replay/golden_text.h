// From a reply to the golden that expects it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "replay/golden.h"
#include "replay/ignore.h"
#include <turngate/http/response.h>

namespace turngate::replay {

struct GoldenTextOptions {
    bool one_line = false;  // for goldens line by line
    // A binary body of more bytes goes to a side file of this name; empty: its digest is kept.
    std::string_view side_file = {};
    std::size_t largest_inline = 4096;
    // How the body is kept: json, text or base64, whatever it is; absent: as it fits.
    Golden::Body kind = Golden::Body::absent;
};

struct GoldenText {
    std::string json;                      // with a newline at the end
    std::optional<std::string> side = {};  // what the side file has to hold
};

// True if golden_text() keeps the body as JSON: by its media type and its bytes.
bool is_kept_as_json(const Response& reply);

// The neutral form of `reply`, without the headers that `rules` cover and Content-Length. A JSON
// body (by its media type) is kept as JSON, other text as text, the rest as base64. `$schema`,
// `ignore` and `tags` are taken from `previous`, the golden that it replaces; null if there is
// none.
GoldenText golden_text(const Response& reply, const IgnoreRules& rules, const Golden* previous,
                       const GoldenTextOptions& options = {});

}  // namespace turngate::replay
