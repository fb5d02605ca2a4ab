// The files of a directory, over HTTP.
#pragma once

#include <string>

#include <turngate/http/handler.h>

namespace turngate {

struct StaticFilesOptions {
    std::string root;                  // a directory, opened once
    std::string index = "index.html";  // what answers for a directory; empty: nothing does
    // FILE.gz goes out for FILE to clients that decode it, if it is not the older one.
    bool compressed = true;
    std::string cache_control = {};  // that field of every answer; empty: none
    // Who answers for what is no file here, and for every method but GET and HEAD. Null: 404 and
    // 405.
    HandlerPtr otherwise = {};
};

// Conditional requests, ranges and HEAD by RFC 9110; validators are a strong ETag of modification
// time, size and inode, and Last-Modified. There are no listings. Nothing is served that is no
// regular file below the root (see os::FileTree), nor a file with a name or in a directory that
// begins with a dot, but for "/.well-known/", nor what a link to one leads to. A path is decoded
// once; one with an encoded slash, a backslash, a control character or bytes that are not UTF-8
// names nothing (400).
//
// Throws Error if the root cannot be opened or the index is no file name.
HandlerPtr static_files(StaticFilesOptions options);

}  // namespace turngate
