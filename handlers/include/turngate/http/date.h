// Dates as HTTP, cookies and API Gateway write them. No locale and no time zone but GMT.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace turngate {

// "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate, RFC 9110 section 5.6.7). Throws
// std::invalid_argument for a year that has not four digits.
std::string http_date(std::chrono::sys_seconds time);

// Reads the three forms that RFC 9110 section 5.6.7 obliges to accept: IMF-fixdate, RFC 850 and
// asctime. A two-digit year is the last one that is not more than 50 years past `now`. The day's
// name must be one, but need not be the right one. Absent if `text` is anything else.
std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(
                               std::chrono::system_clock::now()));

// Reads what browsers accept as the Expires of a cookie (RFC 6265 section 5.1.1), such as
// "Wed, 09-Jun-2021 10:18:14 GMT" and "9 june 21 10:18:14".
std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text);

// "06/Nov/1994:08:49:37 +0000", the requestTime of API Gateway and the time of the common log
// format. Throws as http_date() does.
std::string request_time(std::chrono::sys_seconds time);

}  // namespace turngate
