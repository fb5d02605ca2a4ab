// Requests to events: the two small shapes, the limits, and what each shape loses.
#include <span>
#include <string>
#include <string_view>

#include "event_draft.h"
#include <turngate/http/error.h>
#include <turngate/json/json.h>

namespace turngate::events {
namespace {

std::string target(const EventDraft& draft) {
    return draft.query.empty() ? draft.path : draft.path + '?' + draft.query;
}

// One value as a string, several as a list.
void write_either(const EventDraft& draft, bool lower, JsonWriter& out) {
    out.key("headers").begin_object();
    for_each_name(draft.fields(), [&](std::span<const FieldView> same) {
        out.key(lower ? lower_case(same.front().name) : std::string(same.front().name));
        if (same.size() == 1) {
            out.string(same.front().value);
            return;
        }
        out.begin_array();
        for (const FieldView& field : same)
            out.string(field.value);
        out.end_array();
    });
    out.end_object();
}

[[noreturn]] void refuse(std::string_view what, std::size_t size, std::string_view who,
                         std::size_t limit) {
    throw HttpError(413, std::string(what) + " is " + std::to_string(size) + " bytes, and " +
                             std::string(who) + " sends at most " + std::to_string(limit));
}

void check_size(const EventDraft& draft, Format format, std::size_t json) {
    constexpr std::size_t mebibyte = 1u << 20;
    constexpr std::string_view body = "the body of the request";
    if (format == Format::http) return;
    if (format == Format::edge) {
        const bool at_origin = draft.source.edge_event == "origin-request";
        const std::size_t limit = at_origin ? mebibyte : 40 * 1024;
        if (draft.body.size() > limit)
            refuse(body, draft.body.size(),
                   at_origin ? "CloudFront at the origin" : "CloudFront at the viewer", limit);
    }
    if ((format == Format::alb || format == Format::alb_multi_value) &&
        draft.body.size() > mebibyte)
        refuse(body, draft.body.size(), "an Application Load Balancer", mebibyte);
    if (format == Format::websocket && draft.body.size() > 128 * 1024)
        refuse(body, draft.body.size(), "an API Gateway WebSocket", 128 * 1024);
    if (json > 6 * mebibyte) refuse("the event as JSON", json, "AWS Lambda", 6 * mebibyte);
}

// The body is the event.
std::string raw_event(Request& request) {
    const std::string& body = request.body.text();
    try {
        check_json(body);
    } catch (const JsonError& e) {
        throw HttpError(400, "the body of the request is not JSON, which an event has to be: " +
                                 std::string(e.what()));
    }
    return body;
}

}  // namespace

void write_vercel(const EventDraft& draft, JsonWriter& out) {
    std::string inner;
    JsonWriter request(inner);
    request.begin_object();
    request.key("method").string(draft.request.method);
    request.key("path").string(target(draft));
    request.key("host").string(draft.headers().get("host"));
    write_either(draft, true, request);
    request.key("encoding").string("base64");
    request.key("body");
    draft.write_body(request);
    request.end_object();
    out.begin_object().key("Action").string("Invoke").key("body").string(inner).end_object();
}

void write_http(const EventDraft& draft, JsonWriter& out) {
    out.begin_object();
    out.key("method").string(draft.request.method);
    out.key("path").string(target(draft));
    write_either(draft, false, out);
    out.key("body");
    draft.write_body(out);
    if (draft.is_base64) out.key("encoding").string("base64");
    out.end_object();
}

std::string make_event(Request& request, Format format, const EventSource& source) {
    if (format == Format::raw) return raw_event(request);
    const EventDraft draft(request, format, source);
    std::string json;
    json.reserve(2048 + draft.body.size() * 3 / 2);
    JsonWriter out(json);
    switch (format) {
        case Format::api_gateway_v1:
        case Format::api_gateway_http1:
            write_api_gateway_v1(draft, format, out);
            break;
        case Format::api_gateway_v2:
        case Format::function_url:
            write_api_gateway_v2(draft, format, out);
            break;
        case Format::alb:
        case Format::alb_multi_value:
            write_alb(draft, format, out);
            break;
        case Format::lattice_v1:
            write_lattice_v1(draft, out);
            break;
        case Format::lattice_v2:
            write_lattice_v2(draft, out);
            break;
        case Format::websocket:
            write_websocket(draft, out);
            break;
        case Format::edge:
            write_edge(draft, out);
            break;
        case Format::vercel:
            write_vercel(draft, out);
            break;
        case Format::http:
        case Format::raw:
            write_http(draft, out);
            break;
    }
    check_size(draft, format, json.size());
    return json;
}

}  // namespace turngate::events
