// Which documented loss a request met on its way through an event.
#include <algorithm>
#include <string>

#include <turngate/events/make_event.h>
#include <turngate/http/encoding.h>

namespace turngate::events {
namespace {

bool is_any(Format format, std::initializer_list<Format> formats) {
    return std::find(formats.begin(), formats.end(), format) != formats.end();
}

bool decodes_path(Format format) {
    return is_any(format, {Format::api_gateway_http1, Format::api_gateway_v2});
}

bool keeps_raw_query(Format format) {
    return is_any(format, {Format::api_gateway_v2, Format::function_url, Format::edge,
                           Format::vercel, Format::http});
}

bool knows_protocol(Format format) {
    return is_any(format, {Format::api_gateway_v1, Format::api_gateway_http1,
                           Format::api_gateway_v2, Format::function_url});
}

std::string change(std::string_view what, std::string_view before, std::string_view after) {
    return std::string(what) + ": " + std::string(before) + " arrives as " + std::string(after);
}

// Fields of one name may be joined, grouped or cut to the last; bytes that JSON cannot say change.
std::string lost_header(const Headers& sent, const Headers& arrived) {
    for (const auto& [name, value] : sent) {
        const auto before = sent.values(name), after = arrived.values(name);
        if (before == after || (before.size() < 2 && is_utf8(value))) continue;
        return std::string(name) + ": " + std::to_string(before.size()) + " fields arrive as " +
               std::to_string(after.size());
    }
    return {};
}

}  // namespace

std::string lost(const Request& sent, const Request& arrived, Format format) {
    if (format == Format::raw || format == Format::websocket) return losses(format).front().data();
    const Url &before = sent.url, &after = arrived.url;
    if (before.script_name != after.script_name)
        return change("script name", '"' + before.script_name + '"', '"' + after.script_name + '"');
    if (before.path != after.path && decodes_path(format))
        return change("path", before.path, after.path);
    if (before.query != after.query && !keeps_raw_query(format))
        return change("query", before.query, after.query);
    if (!sent.remote_address.empty() && sent.remote_address != arrived.remote_address)
        return change("client", sent.remote_address, arrived.remote_address);
    if (sent.protocol != arrived.protocol && !knows_protocol(format))
        return change("protocol", sent.protocol, arrived.protocol);
    return lost_header(sent.headers, arrived.headers);
}

}  // namespace turngate::events
