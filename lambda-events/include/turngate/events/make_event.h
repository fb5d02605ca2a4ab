// From HTTP to events: what a source would send to a function for a request.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/events/format.h>
#include <turngate/http/request.h>

namespace turngate::events {

// What a source adds to a request from its own configuration. The defaults give the same event for
// the same request, always.
struct EventSource {
    std::chrono::system_clock::time_point time{std::chrono::milliseconds(1'767'323'045'678)};
    std::string account_id = "123456789012";
    std::string region = "us-east-1";
    std::string api_id = "a1b2c3d4e5";
    std::string stage = {};  // empty: "prod" for REST and WebSocket APIs, "$default" for the others
    std::string request_id = "5f0c6a3e-1d2b-4c8f-9a7e-0b1c2d3e4f50";
    std::string trace_id = "Root=1-6957342e-0a1b2c3d4e5f60718293a4b5";
    std::string source_ip = "203.0.113.7";           // for a request without a remote address
    std::string edge_event = "viewer-request";       // or "origin-request"
    std::string connection_id = "Jt8pQcR1oAMCKwg=";  // of a WebSocket
};

// The event of shape `format` that would bring `request`, as the real source writes it: its
// encoding of path, query, headers and body, the headers it adds and the requestContext. What the
// shape cannot say is lost, see losses(). `raw` is the request's body as it stands, which must be
// JSON. Reads the body, which stays readable. Throws HttpError(400) if the shape cannot carry the
// request at all and HttpError(413) past the source's limit.
std::string make_event(Request& request, Format format, const EventSource& source = {});

// What does not survive make_event() and decode(), one sentence each. Empty: nothing is lost.
const std::vector<std::string_view>& losses(Format format);

// The first of those losses that happened to `sent` on its way through an event of shape `format`
// to `arrived`, as "path: /a%2Fb arrives as /a/b". Empty if nothing a handler looks at was lost,
// and if anything changed that these losses do not make of it: that is damage, and excuses nothing.
// `source` is the one that the event was made with. Bodies are compared as far as they are there.
std::string lost(const Request& sent, const Request& arrived, Format format,
                 const EventSource& source = {});

// All of them, in the same words.
std::vector<std::string> all_lost(const Request& sent, const Request& arrived, Format format,
                                  const EventSource& source = {});

// The first change that none of the losses explains, in the same words; empty if there is none.
// What it names is a defect of make_event() or decode().
std::string damaged(const Request& sent, const Request& arrived, Format format,
                    const EventSource& source = {});

}  // namespace turngate::events
