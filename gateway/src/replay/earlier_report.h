// Which files are reports that an earlier run has written.
#pragma once

#include <string>
#include <string_view>

namespace turngate::replay {

// True for a report of any format, known by how it begins; one of text without a sign in front, by
// its last line. Enough of a file are the first and the last 4 KiB, one behind the other.
bool is_earlier_report(std::string_view text) noexcept;

// The same of a file. Throws std::system_error if it cannot be read, and FileProblem for what is no
// regular file.
bool is_earlier_report_file(const std::string& path);

}  // namespace turngate::replay
