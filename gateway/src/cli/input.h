// Reading what a command is given: files, standard input, data on the command line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate::cli {

// More than any platform takes; a file of this size is a mistake.
constexpr std::size_t input_limit = 64u << 20;

// The whole of a file, or of standard input for "-". A pipe will do. Throws CommandError with
// status unreadable, also past input_limit.
std::string read_input(const std::string& path);

// The same of an event, which may be as large as decode() takes: past that it is refused in the
// same words.
std::string read_event_text(const std::string& path);

// What -d means: "@FILE", "-" or "@-" for standard input, anything else is the data itself. Throws
// as read_input() does.
std::string read_data(std::string_view data);

}  // namespace turngate::cli
