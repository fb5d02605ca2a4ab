// Percent-encoding: encoding is undone exactly, and escaping a path or query settles at once.
// covers: handlers/src/http/percent.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <turngate/http/encoding.h>

using namespace turngate;

namespace {

bool is_visible(const std::string& s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);

    if (percent_decode(percent_encode(input)) != input) std::abort();
    if (percent_decode(percent_encode(input, true), true) != input) std::abort();

    const std::string path = percent_escape_path(input), query = percent_escape_query(input);
    if (!is_visible(path) || path.find('?') != std::string::npos) std::abort();
    if (!is_visible(query) || query.find('#') != std::string::npos) std::abort();
    if (percent_escape_path(path) != path || percent_escape_query(query) != query) std::abort();
    // An escape that was there means what it meant; everything else means itself.
    if (percent_decode(path) != percent_decode(input)) std::abort();
    if (percent_decode(query) != percent_decode(input)) std::abort();
    return 0;
}
