// A directory of programs as a handler: a cgi-bin.
#pragma once

#include <string>

#include <turngate/handlers/cgi_program.h>
#include <turngate/http/handler.h>

namespace turngate {

struct CgiDirectoryOptions {
    std::string root;        // a directory, opened once
    std::string index = {};  // the program that answers for a directory; empty: nothing does
    CgiProgramOptions programs = {};  // of all of them together; its path is left empty
};

// Runs the first regular file below the root that the path leads along, as cgi_program() does, in
// the directory it is in. What follows is PATH_INFO, and below the root also PATH_TRANSLATED;
// SCRIPT_NAME is what leads there, SCRIPT_FILENAME the file, DOCUMENT_ROOT the root. A path in
// Location alone is answered by the program below the root that it leads to, else by the client.
//
// Nothing is run that is not below the root (see os::FileTree), nor by a name or in a directory
// that begins with a dot. A path is decoded once; one with a "..", a backslash, a control
// character, or, on the way to a file, an encoded slash or bytes that are not UTF-8, is refused
// (400). A file that may not be executed is answered with 403, and the log tells how to mend that.
//
// Throws Error if the root cannot be opened or the index is no file name.
HandlerPtr cgi_directory(CgiDirectoryOptions options);

}  // namespace turngate
