// Cookies: whatever can be read and printed is read back the same, in both directions.
// covers: handlers/src/http/cookie.cpp handlers/src/http/date.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include <turngate/http/cookie.h>
#include <turngate/http/date.h>

using namespace turngate;

namespace {

void check_cookies(std::string_view input) {
    const Cookies cookies = Cookies::parse(input);
    std::string again;
    for (const auto& [name, value] : cookies) {
        if (name.find(';') != std::string::npos || value.find(';') != std::string::npos)
            std::abort();
        if (!cookies.get(name)) std::abort();
        again.append(name).append("=\"").append(value).append("\"; ");
    }
    const Cookies reread = Cookies::parse(again);
    if (!std::equal(cookies.begin(), cookies.end(), reread.begin(), reread.end())) std::abort();
}

void check_set_cookie(std::string_view input) {
    const std::optional<SetCookie> cookie = SetCookie::parse(input);
    if (!cookie) return;
    std::string text;
    try {
        text = cookie->text();
    } catch (const std::invalid_argument&) {
        return;  // readable, but not to be printed
    }
    if (SetCookie::parse(text) != cookie) std::abort();
}

void check_dates(std::string_view input) {
    if (auto time = parse_http_date(input); time && parse_http_date(http_date(*time)) != time)
        std::abort();
    if (auto time = parse_cookie_date(input); time && parse_cookie_date(http_date(*time)) != time)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_cookies(input);
    check_set_cookie(input);
    check_dates(input);
    return 0;
}
