// A directory of files and PHP scripts, as web servers and PHP-FPM share it.
#pragma once

#include <string>
#include <vector>

#include <turngate/http/handler.h>

namespace turngate {

struct ScriptFilesOptions {
    // The directory, opened once, where its links lead then. The scripts are run by the same
    // absolute path, so whoever runs them must see it there.
    std::string root = {};

    // Answer for a directory, the first that is there.
    std::vector<std::string> index = {"index.php", "index.html"};

    // What answers where no file does, below the root: the front controller. Empty: 404.
    std::string fallback = "/index.php";

    bool serve_files = true;            // false: scripts alone; another server has the rest
    std::string cache_control = {};     // that field of the answers that are files; empty: none
    bool follow_links_outside = false;  // links may lead out of the root

    // Where a script may send files from in the place of its own body; empty: nowhere. A path in
    // X-Sendfile is absolute, or relative to `sendfile`; one in X-Accel-Redirect is that of a URL:
    // "/internal/a.pdf" is a.pdf below `accel`, if `accel_prefix` is "/internal/".
    std::string sendfile = {};
    std::string accel = {};
    std::string accel_prefix = {};

    // Runs the script that it finds in the request's context as cgi::Script, and passes on
    // X-Sendfile and X-Accel-Redirect where they are in use.
    HandlerPtr scripts = {};
};

// Answers with the script, the file or the redirect to a directory's slash that the path leads to;
// otherwise with the fallback. Only a regular file whose name ends in ".php" is run, which the path
// names up to a segment's end; what follows is PATH_INFO. Source text is not sent, whatever its
// suffix has become (".php.bak"). A name that begins with a dot is not there (404), but for
// "/.well-known/", nor is a link to one; dot segments, empty segments, encoded NULs, control
// characters, backslashes and escapes that are none are refused with 400. Paths are decoded once,
// and files found by os::FileTree. Files are answered as by static_files().
//
// A file that a script sends has the script's header fields, without those that depend on its
// body, and is 200 or, by the request's Range, 206; a path that leads elsewhere is a ProtocolError.
//
// Throws Error if a directory cannot be opened, or the root has neither index nor fallback.
HandlerPtr script_files(ScriptFilesOptions options);

}  // namespace turngate
