// Any bytes as an event: decoding never crashes, and what it lets through is a sound request.
// covers: lambda-events/src/events/check_parts.cpp
// covers: lambda-events/src/events/classify.cpp
// covers: lambda-events/src/events/classify_table.h
// covers: lambda-events/src/events/client_address.cpp
// covers: lambda-events/src/events/decode.cpp
// covers: lambda-events/src/events/decode_api_gateway.cpp
// covers: lambda-events/src/events/decode_edge.cpp
// covers: lambda-events/src/events/decode_load_balancers.cpp
// covers: lambda-events/src/events/decode_raw.cpp
// covers: lambda-events/src/events/decode_reply.cpp
// covers: lambda-events/src/events/decode_vercel.cpp
// covers: lambda-events/src/events/decode_websocket.cpp
// covers: lambda-events/src/events/decoders.h
// covers: lambda-events/src/events/decoding.cpp
// covers: lambda-events/src/events/decoding.h
// covers: lambda-events/src/events/entry_names.h
// covers: lambda-events/src/events/envelope.cpp
// covers: lambda-events/src/events/envelope.h
// covers: lambda-events/src/events/headers_and_body.cpp
// covers: lambda-events/src/events/invocation.cpp
// covers: lambda-events/src/events/key_filter.h
// covers: lambda-events/src/events/member_table.h
// covers: lambda-events/src/events/path_and_query.cpp
// covers: lambda-events/src/events/place.cpp
// covers: lambda-events/src/events/placeholders.cpp
// covers: lambda-events/src/events/recognise.cpp
// covers: lambda-events/src/events/recognise.h
// covers: lambda-events/src/events/request_parts.h
// covers: lambda-events/src/events/tree.cpp
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/events/decode.h>
#include <turngate/events/invocation.h>

namespace {

using namespace turngate;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_clean(std::string_view s) {
    return s.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_graphic(std::string_view s) {
    for (char c : s)
        if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f)
            return false;
    return true;
}

void check(Request& request) {
    require(is_token(request.method));
    require(request.url.path == "*" || request.url.path.starts_with('/'));
    require(is_graphic(request.url.path) && is_graphic(request.url.query));
    require(request.url.path.find_first_of("?#") == std::string::npos);
    require(request.url.query.find('#') == std::string::npos);
    require(is_graphic(request.url.script_name));
    require(request.url.host.find_first_of(" /?#@%,\\") == std::string::npos);
    require(is_clean(request.url.host) && is_clean(request.remote_address));
    require(is_clean(request.protocol) && is_clean(request.context.request_id));
    for (const auto& field : request.headers) {
        require(is_token(field.name) && is_clean(field.value));
        for (const char* dropped :
             {"connection", "keep-alive", "te", "trailer", "upgrade", "transfer-encoding",
              "proxy-connection", "x-amz-tenant-id", "x-amzn-lambda-context"})
            require(!iequals(field.name, dropped));
        require(!lower_case(field.name).starts_with("x-vercel-internal-"));
    }
    require(request.headers.values("host").size() < 2);
    const auto lengths = request.headers.values("content-length");
    require(lengths.size() < 2);
    require(lengths.empty() || lengths[0] == std::to_string(request.body.text().size()));
    require(request.body.text().empty() || !lengths.empty());
}

std::optional<events::Event> decoded(std::string_view json, bool lenient) {
    events::DecodeOptions options;
    options.lenient = lenient;
    try {
        events::Event event = events::decode(json, options);
        check(event.request);
        for (Request& request : event.further)
            check(request);
        return event;
    } catch (const JsonError&) {
        return std::nullopt;
    } catch (const HttpError& e) {
        require(e.status() == 413);
        return std::nullopt;
    }
}

void read_invocation(const Request& request) {
    const auto* found = request.context.find<events::Invocation>();
    if (!found) return;  // else nothing of it may throw
    (void)found->claims();
    (void)found->identity();
    (void)found->client_certificate();
    (void)found->path_parameters();
    (void)found->stage_variables();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    auto strict = decoded(json, false);
    auto lenient = decoded(json, true);
    if (strict) {
        require(strict->repairs.empty());
        require(lenient && lenient->format == strict->format);
        require(lenient->request.url.target() == strict->request.url.target());
        require(lenient->request.headers == strict->request.headers);
        require(lenient->repairs.empty());
        read_invocation(strict->request);
    }
    if (lenient) {
        read_invocation(lenient->request);
        for (const Request& request : lenient->further)
            read_invocation(request);
    }
    const events::Classification found = events::classify(json);
    if (found.kind == events::Classification::Kind::event && found.format) require(bool(strict));
    return 0;
}
