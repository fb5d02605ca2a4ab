// Writing a head is appending: Headers let nothing in that could end a line.
#include <algorithm>
#include <array>
#include <stdexcept>

#include <turngate/http/date.h>
#include <turngate/http/status.h>
#include <turngate/http1/write_head.h>

namespace turngate::http1 {

// Room is made once, as this runs for every field of every message.
void append_field(std::string& out, std::string_view name, std::string_view value) {
    const std::size_t begin = out.size();
    out.resize(begin + name.size() + value.size() + 4);
    char* to = std::copy(name.begin(), name.end(), out.data() + begin);
    *to++ = ':';
    *to++ = ' ';
    to = std::copy(value.begin(), value.end(), to);
    *to++ = '\r';
    *to = '\n';
}

void append_status(std::string& out, int status) {
    const std::array<char, 4> code = {static_cast<char>('0' + status / 100),
                                      static_cast<char>('0' + status / 10 % 10),
                                      static_cast<char>('0' + status % 10), ' '};
    out.append(code.data(), code.size()).append(reason_phrase(status)).append("\r\n");
}

void write_reply_head(std::string& out, int status, const Headers& headers,
                      std::optional<std::chrono::sys_seconds> date) {
    if (status < 100 || status > 999)
        throw std::invalid_argument("a status has three digits, which " + std::to_string(status) +
                                    " has not");
    out.append("HTTP/1.1 ");
    append_status(out, status);
    for (const auto& field : headers)
        append_field(out, field.name, field.value);
    if (date && !headers.contains("date")) append_field(out, "Date", http_date(*date));
    out.append("\r\n");
}

void write_request_head(std::string& out, std::string_view method, std::string_view target,
                        const Headers& headers) {
    if (!is_token(method)) throw std::invalid_argument("the request method is not a token");
    if (target.empty() ||
        !std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
        throw std::invalid_argument("the request target is empty or not visible ASCII");
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    for (const auto& field : headers)
        append_field(out, field.name, field.value);
    out.append("\r\n");
}

}  // namespace turngate::http1
