// Events to requests: size, shape, then the decoder of that shape.
#include <algorithm>
#include <stdexcept>

#include "decoders.h"
#include "recognise.h"
#include "request_parts.h"
#include <turngate/events/decode.h>
#include <turngate/http/error.h>

namespace turngate::events {
namespace {

void run_decoder(Decoding& in) {
    switch (in.out.format) {
        case Format::api_gateway_v1:
        case Format::api_gateway_http1:
            return decode_api_gateway_v1(in);
        case Format::api_gateway_v2:
        case Format::function_url:
            return decode_api_gateway_v2(in);
        case Format::alb:
        case Format::alb_multi_value:
            return decode_alb(in);
        case Format::lattice_v1:
            return decode_lattice_v1(in);
        case Format::lattice_v2:
            return decode_lattice_v2(in);
        case Format::websocket:
            return decode_websocket(in);
        case Format::edge:
            return decode_edge(in);
        case Format::vercel:
            return decode_vercel(in);
        case Format::http:
            return decode_http(in);
        case Format::raw:
            return decode_raw(in);
    }
}

// The member without which a demanded format cannot be.
Member mark(Format format) {
    switch (format) {
        case Format::api_gateway_v1:
        case Format::api_gateway_http1:
            return Member::http_method;
        case Format::api_gateway_v2:
        case Format::function_url:
            return Member::context_http;
        case Format::alb:
        case Format::alb_multi_value:
            return Member::context_elb;
        case Format::lattice_v1:
            return Member::lattice_raw_path;
        case Format::lattice_v2:
            return Member::request_context;
        case Format::websocket:
            return Member::context_event_type;
        case Format::edge:
            return Member::cf_request;
        case Format::vercel:
            return Member::action;
        case Format::http:
            return Member::path;
        case Format::raw:
            return Member::count;
    }
    return Member::count;
}

void check_demand(const Envelope& event, Format wanted, Format found) {
    if (wanted == Format::raw || wanted == found || event.has(mark(wanted))) return;
    std::string message = "not an event of shape " + std::string(name(wanted)) + ": no " +
                          std::string(name(mark(wanted)));
    if (found != Format::raw) message += "; it is one of shape " + std::string(name(found));
    throw JsonError(message);
}

}  // namespace

Event decode(std::string_view json, const DecodeOptions& options) {
    // Offsets within an event are 32 bits wide.
    std::size_t limit = std::min<std::size_t>(options.max_size, UINT32_MAX - 1);
    if (json.size() > limit)
        throw HttpError(413, "the event has " + std::to_string(json.size()) +
                                 " bytes, more than the limit of " + std::to_string(limit));
    Envelope envelope(json);
    Recognised found = recognise(envelope);
    if (options.format) check_demand(envelope, *options.format, found.format);

    Event out;
    out.format = options.format.value_or(found.format);
    if (out.format == Format::raw) {
        out.source = std::move(found.source);
        out.is_batch = found.is_batch;
    }
    Decoding in(envelope, options, out);
    try {
        run_decoder(in);
    } catch (const std::length_error&) {  // of Headers, past the size of any real event
        throw JsonError(
            "the header fields of the event have more than 4 GiB; send a smaller event");
    }
    if (options.context_header && out.format != Format::websocket)
        if (const auto* invocation = out.request.context.find<Invocation>())
            set_context_header(in, invocation->request_context());
    return out;
}

Event decode(std::string_view json, Format format) {
    DecodeOptions options;
    options.format = format;
    return decode(json, options);
}

}  // namespace turngate::events
