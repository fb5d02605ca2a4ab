// From the path of a URL to the name of a file.
#pragma once

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

}  // namespace turngate
