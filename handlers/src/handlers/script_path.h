// Which file below a directory the path of a URL leads to, with what is left of the path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <turngate/os/file_tree.h>

namespace turngate {

struct ScriptPath {
    enum class Kind { none, file, directory };
    Kind kind = Kind::none;
    std::string name = {};   // relative to the directory, decoded; "" is the directory itself
    std::size_t length = 0;  // of the part of the path that leads there, encoded
};

// The first regular file on the way along `path`, or the directory that it names as a whole; with
// its slash, a directory's length is that of all of the path. The path is decoded once, segment by
// segment. There is nothing behind an empty segment or one that begins with a dot, nor where a link
// leads to such a name; that rule ends where a file is found.
//
// Throws HttpError(400) if the path, also behind the file, has an escape that is none, a control
// character or a backslash, or a ".." segment, and if the part before it has an encoded slash or
// bytes that are not UTF-8; HttpError(403) if a directory on the way may not be entered.
ScriptPath find_script(const os::FileTree& tree, std::string_view path);

// True if `name`, relative and decoded, is a regular file below the directory. Throws as above.
bool has_file(const os::FileTree& tree, const std::string& name);

}  // namespace turngate
