// Application Load Balancers and VPC Lattice.
#include "decoders.h"
#include "request_parts.h"

namespace turngate::events {

void decode_alb(Decoding& in) {
    in.set_method(Member::http_method);
    set_path(in, Member::path, PathForm::encoded);
    // "If the query parameters are URL-encoded, the load balancer does not decode them."
    set_query(in, Member::query_string_parameters, Member::multi_value_query_string_parameters,
              QueryForm::verbatim);
    add_merged_headers(in, Member::headers, Member::multi_value_headers);
    set_body(in, in.flag(Member::is_base64_encoded));
    set_origin(in, {});
    in.request().url.strip_prefix(in.options.base_path);
    in.attach();
}

void decode_lattice_v1(Decoding& in) {
    const Value& path = in.event[Member::lattice_raw_path];
    in.set_method(Member::method);
    set_path(in, Member::lattice_raw_path, PathForm::target);
    if (path.text.find('?') == std::string_view::npos)
        set_query(in, Member::lattice_query_string_parameters,
                  Member::multi_value_query_string_parameters, QueryForm::decoded, MapForm::both);
    add_headers(in, Member::headers, MapForm::both);
    set_body(in, in.flag(Member::lattice_is_base64_encoded));
    set_origin(in, {});
    in.request().url.strip_prefix(in.options.base_path);
    in.attach();
}

void decode_lattice_v2(Decoding& in) {
    const Value& path = in.event[Member::path];
    in.set_method(Member::method);
    set_path(in, Member::path, PathForm::target);
    // Some deployments deliver the query inside the path; the map is the same again then.
    if (path.text.find('?') == std::string_view::npos)
        set_query(in, Member::query_string_parameters, Member::multi_value_query_string_parameters,
                  QueryForm::decoded, MapForm::both);
    add_headers(in, Member::headers, MapForm::both);
    set_body(in, in.flag(Member::is_base64_encoded));
    set_origin(in, {});
    in.request().url.strip_prefix(in.options.base_path);
    in.attach();
}

}  // namespace turngate::events
