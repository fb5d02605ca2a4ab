// Requests of every kind that are good, for tests that cut, split and spoil them.
#pragma once

#include <array>
#include <string_view>

namespace turngate::test {

inline constexpr std::array<std::string_view, 14> control_requests = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a%20b?q=%41&r HTTP/1.1\r\nHost: a.example:8080\r\nAccept: */*\r\n\r\n",
    "HEAD /x HTTP/1.1\r\nHost: [::1]:80\r\nX-Empty:\r\nX-Blank: \t v \t\r\n\r\n",
    "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n2\r\nde\r\n"
    "0\r\nX-T: v\r\n\r\n",
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcPOST /2 HTTP/1.1\r\nHost: a\r\n"
    "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
};

}  // namespace turngate::test
