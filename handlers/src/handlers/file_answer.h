// One open file as the answer to a request: validators, conditions, ranges.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include <turngate/http/preconditions.h>
#include <turngate/http/request.h>
#include <turngate/http/response_writer.h>
#include <turngate/os/fd.h>

namespace turngate {

// A regular file that has been opened.
struct OpenFile {
    os::Fd fd;
    struct stat facts {};
    std::string_view coding = {};  // the Content-Encoding it is in; a literal
};

// The strong ETag, which changes with modification time, size and inode, and the time.
Validators validators_of(const struct stat& facts);

// Answers a GET or HEAD with `file`, whose media type is `type`; other header fields are set
// already. A file that shrinks meanwhile breaks the response off.
void answer_with_file(const Request& request, ResponseWriter& response, const OpenFile& file,
                      std::string_view type);

}  // namespace turngate
