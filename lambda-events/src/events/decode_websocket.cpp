// API Gateway's WebSocket APIs: connections and messages as POST requests.
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>

namespace turngate::events {

void decode_websocket(Decoding& in) {
    const Value& type = in.event[Member::context_event_type];
    std::string_view last;
    if (type.is_string() && type.text == "CONNECT") last = "/connect";
    if (type.is_string() && type.text == "MESSAGE") last = "/message";
    if (type.is_string() && type.text == "DISCONNECT") last = "/disconnect";
    if (last.empty())
        in.refuse(type, name(Member::context_event_type),
                  "expected \"CONNECT\", \"MESSAGE\" or \"DISCONNECT\"");
    if (in.text(Member::context_connection_id).empty())
        in.refuse_kind(in.event[Member::context_connection_id], name(Member::context_connection_id),
                       "a string");

    Request& request = in.request();
    request.method = "POST";
    std::string path = percent_escape_path(in.options.websocket_path);
    if (!path.starts_with('/')) path.insert(path.begin(), '/');
    while (path.ends_with('/'))
        path.pop_back();
    request.url.path = path.append(last);
    set_query(in, Member::query_string_parameters, Member::multi_value_query_string_parameters,
              QueryForm::decoded);
    add_merged_headers(in, Member::headers, Member::multi_value_headers);
    bool is_base64 = in.flag(Member::is_base64_encoded);
    bool has_body = in.event[Member::body].given();
    if (has_body && !request.headers.contains("content-type"))
        request.headers.add("content-type",
                            is_base64 ? "application/octet-stream" : "application/json");
    set_body(in, is_base64);
    set_origin(in, {.domain_name = in.domain(Member::context_domain_name),
                    .source_ip = in.word(Member::identity_source_ip)});
    // Without the connection's id a program behind CGI could not tell who speaks.
    set_context_header(in, in.event.raw(in.event[Member::request_context]));
    in.attach();
}

}  // namespace turngate::events
