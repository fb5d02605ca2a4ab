// API Gateway's REST and HTTP APIs, and Lambda function URLs.
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>

namespace turngate::events {
namespace {

// The path of an HTTP API starts with its stage, but for the stage "$default".
void strip_stage_and_base(Decoding& in) {
    Url& url = in.request().url;
    std::string_view stage = in.text(Member::context_stage);
    if (in.options.strip_stage && !stage.empty() && stage != "$default") url.strip_prefix(stage);
    url.strip_prefix(in.options.base_path);
}

// What a REST API took off the path before the function sees it: requestContext.path is the whole.
void find_script_name(Decoding& in) {
    Url& url = in.request().url;
    std::string whole = percent_escape_path(in.text(Member::context_path));
    if (!in.options.strip_stage || whole.size() < 2 || !whole.starts_with('/')) return;
    if (whole.ends_with(url.path)) {
        url.script_name = whole.substr(0, whole.size() - url.path.size());
    } else if (url.path == "/") {
        url.script_name = whole;
        url.bare_script_name = true;
    }
}

}  // namespace

void decode_api_gateway_v1(Decoding& in) {
    bool is_rest = in.out.format == Format::api_gateway_v1;
    in.is_object(Member::request_context);
    in.set_method(Member::http_method);
    set_path(in, Member::path, is_rest ? PathForm::encoded : PathForm::decoded);
    set_query(in, Member::query_string_parameters, Member::multi_value_query_string_parameters,
              QueryForm::decoded);
    add_merged_headers(in, Member::headers, Member::multi_value_headers);
    set_cookies(in);
    set_body(in, in.flag(Member::is_base64_encoded));
    set_origin(in, {.domain_name = in.domain(Member::context_domain_name),
                    .source_ip = in.word(Member::identity_source_ip),
                    .protocol = in.word(Member::context_protocol)});
    if (is_rest) {
        find_script_name(in);
        in.request().url.strip_prefix(in.options.base_path);
    } else {
        strip_stage_and_base(in);
    }
    in.attach();
}

void decode_api_gateway_v2(Decoding& in) {
    const Envelope& event = in.event;
    if (!event.has(Member::context_http) || !in.is_object(Member::context_http))
        in.refuse_kind(event[Member::context_http], name(Member::context_http), "an object");
    in.set_method(Member::http_context_method);
    // Some custom domains have the path elsewhere; null is as good as left out.
    Member path = Member::raw_path;
    for (Member other : {Member::http_context_path, Member::request_path})
        if (!event[path].given() && event[other].given()) path = other;
    bool keeps_encoding = in.out.format == Format::function_url;
    set_path(in, path, keeps_encoding ? PathForm::encoded : PathForm::decoded);
    if (event[Member::raw_query_string].given())
        set_raw_query(in, Member::raw_query_string);
    else
        set_query(in, Member::query_string_parameters, Member::multi_value_query_string_parameters,
                  QueryForm::decoded);
    add_headers(in, Member::headers, MapForm::strings);
    set_cookies(in);
    set_body(in, in.flag(Member::is_base64_encoded));
    set_origin(in, {.domain_name = in.domain(Member::context_domain_name),
                    .source_ip = in.word(Member::http_context_source_ip),
                    .protocol = in.word(Member::http_context_protocol)});
    strip_stage_and_base(in);
    in.attach();
}

}  // namespace turngate::events
