// From the path of a URL to the name of a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turngate {

struct FileName {
    enum class Kind {
        file,       // or a directory that lacks its slash
        directory,  // the path ends in '/'
        hidden,     // there is nothing of this name for anybody
        malformed,  // no client that means well sends this
    };
    Kind kind = Kind::malformed;
    std::string path = {};  // relative, without a slash at either end; empty for the root
};

// Decodes `path` once, segment by segment. Hidden are ".", "..", empty segments and names that
// begin with a dot, except ".well-known" in front; malformed are escapes that are none, encoded
// slashes, backslashes, control characters and what is not UTF-8.
FileName file_name(std::string_view path);

// A path, or a part of one, decoded; absent if it is malformed in that way, but for encoded
// slashes.
std::optional<std::string> decoded_path(std::string_view encoded);

// One segment of a path, decoded; absent if it is malformed in that way.
std::optional<std::string> file_segment(std::string_view encoded);

// What is behind the last slash, or all of it.
constexpr std::string_view last_segment(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

// True if every '%' of `text` has its two digits.
bool has_only_whole_escapes(std::string_view text);

}  // namespace turngate
