// HTTP calls that a handler makes, and that its platform is told of.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <turngate/http/context.h>
#include <turngate/http/headers.h>
#include <turngate/http/response.h>

namespace turngate {

struct FetchRequest {
    std::string url;  // "https://host:9000/path?query"; what is behind a '#' is not sent
    std::string method = "GET";
    Headers headers = {};  // without Host and Content-Length, which are made; nor those of RFC 9110
                           // section 7.6.1
    std::string body = {};
    std::chrono::milliseconds timeout{30'000};  // for all of it, redirects too; 0: none
    std::size_t max_body = 10u << 20;           // bytes of the answer
    int max_redirects = 20;                     // 0: a redirect is the answer
};

// Asks, and returns the answer of whatever status. Connections are kept and used again by all
// requests of this process. Redirects are followed as browsers do (Fetch, section 4.4): 303, and a
// POST by 301 and 302, become a GET without the body; another origin does not get Authorization,
// Cookie and Proxy-Authorization. Https is spoken as upstream() speaks it.
//
// `context` is that of the request which is being served: each call is told to its platform (see
// Context::report()), ends with the request's deadline, and is given up when that is cancelled.
//
// Throws ProtocolError if nobody answers, or not HTTP, or by TLS is not who it should be; HttpError
// 504 past the time, 502 past max_body; Cancelled; Error for a URL that is none, for https in a
// static build, and past max_redirects. What a handler lets pass becomes its answer: 504, 502, 500.
// From any thread.
Response fetch(const Context& context, FetchRequest request);

}  // namespace turngate
