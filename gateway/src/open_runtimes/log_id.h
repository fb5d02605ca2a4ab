// The names of log files.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace turngate {

// 20 hexadecimal digits, as the runtimes make them: seconds, milliseconds, and seven that nobody
// guesses.
std::string fresh_log_id(std::chrono::system_clock::time_point time);

// `id`, which came in a header, as a part of a file's name: what is no letter, digit, '-', '_' or
// '.' becomes '_', and so does a '.' at its beginning; 128 bytes of it at most.
std::string file_safe(std::string_view id);

}  // namespace turngate
