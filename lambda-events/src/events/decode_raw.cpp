// Everything that is not HTTP: the event itself is the body of a POST.
#include <algorithm>
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>

namespace turngate::events {

void decode_raw(Decoding& in) {
    const auto& routes = in.options.routes;
    auto route = std::find_if(routes.begin(), routes.end(), [&](const Route& r) {
        return r.source.empty() || r.source == in.out.source;
    });
    Request& request = in.request();
    request.method = "POST";
    request.url = Url::parse("/");
    request.url.path = percent_escape_path(route == routes.end() ? "/events" : route->path);
    if (!request.url.path.starts_with('/')) request.url.path.insert(request.url.path.begin(), '/');

    std::string_view text = in.event.text();
    constexpr std::string_view bom = "\xEF\xBB\xBF";  // no part of the JSON (RFC 8259 section 8.1)
    if (text.starts_with(bom)) text.remove_prefix(bom.size());
    request.headers.add("content-type", "application/json");
    request.headers.add("content-length", std::to_string(text.size()));
    request.body = Body(std::string(text));
    request.context.put(Invocation(Format::raw, {}));
}

}  // namespace turngate::events
