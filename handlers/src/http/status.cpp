#include <array>
#include <cstdint>
#include <iterator>

#include <turngate/http/status.h>

namespace turngate {
namespace {

struct Name {
    int status;
    std::string_view phrase;
};

// IANA HTTP Status Code Registry, in order.
constexpr Name names[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
};

// Where each is among them, counted from 1. Every response asks.
constexpr std::array<std::uint8_t, 500> places = [] {
    std::array<std::uint8_t, 500> table{};
    std::uint8_t place = 0;
    for (const Name& name : names)
        table[static_cast<std::size_t>(name.status - 100)] = ++place;
    return table;
}();
static_assert(std::size(names) < 256);

constexpr std::string_view classes[] = {"Informational", "Success", "Redirection", "Client Error",
                                        "Server Error"};

}  // namespace

std::string_view reason_phrase(int status) noexcept {
    if (status < 100 || status > 599) return {};
    const std::size_t place = places[static_cast<std::size_t>(status - 100)];
    return place > 0 ? names[place - 1].phrase : classes[status / 100 - 1];
}

}  // namespace turngate
