// Any bytes as the Location of a redirect: what becomes of them is no URL, or one whose path has no
// dot segment left, unless it was a whole one of another kind; and to resolve it again changes
// nothing.
// covers: handlers/src/handlers/url_reference.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../handlers/src/handlers/url_reference.h"

using turngate::Url;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool has_dots(std::string_view path) {
    for (; !path.empty(); path.remove_prefix(1))
        for (const std::string_view dots : {"/.", "/.."})
            if (path.starts_with(dots) && (path == dots || path[dots.size()] == '/')) return true;
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view reference(reinterpret_cast<const char*>(data), size);
    const Url base = Url::parse("http://a/b/c/d;p?q");
    const std::string whole = turngate::resolve_reference(base, reference);
    require(whole.find('#') == whole.npos);
    Url url;
    try {
        url = Url::parse(whole);
    } catch (const turngate::HttpError&) {
        return 0;
    }
    require(!has_dots(url.path));
    require(turngate::resolve_reference(base, whole) == whole);
    return 0;
}
