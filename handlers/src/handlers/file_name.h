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

// A path, or a part of one, decoded; absent if it is malformed in that way, but for encoded slashes
// and what is not UTF-8.
std::optional<std::string> decoded_path(std::string_view encoded);

// One segment of a path, decoded; absent if it is malformed in that way.
std::optional<std::string> file_segment(std::string_view encoded);

// True if a link has led to what nobody is shown: `place`, which is decoded, is relative and has a
// segment that is hidden in that way, or absolute and ends in one. Two dots in front hide nothing,
// for they are what Kubernetes leads through to what it mounts ("..data").
bool is_hidden_place(std::string_view place);

// What is behind the last slash, or all of it.
constexpr std::string_view last_segment(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

// True if every '%' of `text` has its two digits.
bool has_only_whole_escapes(std::string_view text);

}  // namespace turngate
