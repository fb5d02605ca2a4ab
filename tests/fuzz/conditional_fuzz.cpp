// Any bytes as Range, as the fields of a condition and as the path of a file: parts stay inside the
// file, in bounds and apart; conditions have one answer; no name leads out of the root.
// covers: handlers/src/http/byte_ranges.cpp handlers/src/http/preconditions.cpp
// covers: handlers/src/handlers/file_name.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../handlers/src/handlers/file_name.h"
#include <turngate/http/byte_ranges.h>
#include <turngate/http/preconditions.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_ranges(std::string_view range, std::uint64_t size) {
    const RangeChoice choice = choose_ranges(range, size);
    require((choice.kind == RangeChoice::Kind::partial) == !choice.ranges.empty());
    require(choice.ranges.size() <= most_ranges);
    std::uint64_t sum = 0;
    for (const ByteRange& one : choice.ranges) {
        require(one.first <= one.last && one.last < size);
        sum += one.size();
        for (const ByteRange& other : choice.ranges)
            require(&one == &other || one.last + 1 < other.first || other.last + 1 < one.first);
    }
    require(sum <= size);
}

void check_conditions(std::string_view value) {
    if (!is_field_value(value)) return;
    const Validators current{"\"5f-a\"", std::chrono::sys_seconds(std::chrono::seconds(784111777))};
    for (const char* name :
         {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}) {
        const Headers headers{{name, value}};
        const Precondition get = check_preconditions("GET", headers, current);
        require(get == check_preconditions("HEAD", headers, current));
        require(check_preconditions("PUT", headers, current) != Precondition::not_modified);
        range_may_apply(headers, current);
    }
    // The tag itself is found at the end of whatever list.
    const Headers list{{"If-None-Match", "\"x\",\"5f-a\""}};
    require(check_preconditions("GET", list, current) == Precondition::not_modified);
}

void check_name(std::string_view path) {
    const FileName name = file_name(path);
    if (name.kind != FileName::Kind::file && name.kind != FileName::Kind::directory) return;
    require(!name.path.starts_with('/') && !name.path.ends_with('/'));
    require(name.path.find('\0') == std::string::npos);
    const std::string around = '/' + name.path + '/';
    for (const char* part : {"/../", "/./", "\\", "\n"})
        require(around.find(part) == std::string::npos);
    require(name.path.empty() || around.find("//") == std::string::npos);
    const auto dot = around.find("/.");
    require(dot == std::string::npos || (dot == 0 && around.starts_with("/.well-known/") &&
                                         around.find("/.", 1) == std::string::npos));
}

}  // namespace

// The first byte is the length of the file, the rest a value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_ranges(value, data[0]);
    check_ranges(value, UINT64_MAX);
    check_conditions(value);
    check_name(value);
    return 0;
}
