// Which file answers for the path of a URL, where some files are scripts that another program runs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace turngate {

struct FoundFile {
    enum class Kind { none, file, directory };
    Kind kind = Kind::none;
    std::string real_name = {};  // of a file: the last segment of where links have led
};

// Tells what is at a path below the root: relative, decoded, neither empty nor with an empty
// segment, "." or "..".
using FindFile = std::function<FoundFile(const std::string& path)>;

struct PhpRules {
    // What answers for a directory, in the order of preference.
    std::vector<std::string> index = {"index.php", "index.html"};
    // What answers where nothing else does, below the root; empty: nothing.
    std::string fallback = "index.php";
};

struct PhpPath {
    enum class Kind {
        script,
        file,       // to be sent as it is
        redirect,   // a directory that lacks its slash
        absent,     // neither a file nor a fallback
        hidden,     // there is nothing of this name for anybody
        malformed,  // no client that means well sends this
    };
    Kind kind = Kind::malformed;
    std::string path = {};  // of script and file: relative, decoded
    std::string name = {};  // of a script, as it is in the URL and encoded: "/a%20b/x.php"; "*"
                            // names none
    std::string path_info = {};  // what follows it, encoded: "/c"; empty, or begins with a slash
};

// Resolves `path`, which is encoded: in turn the file, the directory's index, the fallback. "*" is
// the fallback's.
//
// A script is a regular file whose name ends in ".php", by bytes, as does that of the file that a
// link leads to; it is split off at the first segment that names one, so that "/upload.jpg/x.php"
// and "/a.phpx/b.php" run nothing but a file of exactly that name (CVE-2019-11043 and
// CVE-2026-27590 were other ways to split). Source text is never sent, see is_source().
//
// Malformed are, anywhere in the path: escapes that are none, backslashes, control characters, and
// "." and ".." as segments, encoded or not; in the part that names a file also empty segments.
// Hidden is what has a name that begins with a dot in that part, but for "/.well-known/". An
// encoded slash and bytes that are not UTF-8 are no part of a file's name: they lead to the
// fallback, or are part of the PATH_INFO.
PhpPath php_path(std::string_view path, const PhpRules& rules, const FindFile& find);

// True if `name` is one of source text, which nobody is sent: one of its extensions is "php", with
// a version or not, "phtml" or "phar", in any case ("config.php.bak", "config.php5~"), or the last
// begins so ("config.phpold"). "x.phpbb.css" is none.
bool is_source(std::string_view name);

}  // namespace turngate
