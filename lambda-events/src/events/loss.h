// What a shape cannot say about a request, as data: losses() puts it into sentences, lost() models
// it.
#pragma once

#include <turngate/events/format.h>

namespace turngate::events {

enum class Loss {
    script_name,
    added_forwarded,
    added_trace,
    added_host,
    added_vercel,
    hop_by_hop,
    claims,
    lower_names,
    grouped_fields,
    last_field,
    joined_fields,
    split_cookies,
    joined_cookies,
    decoded_path,
    decoded_query,
    filled_query,
    grouped_query,
    last_parameter,
    not_utf8,
    forwarded_client,
    real_client,
    no_protocol,
    forwarded_scheme,
    edge_scheme,
    http_scheme,
    length,
    message_only,
    message_path,
    body_only,
};

bool loses(Format format, Loss loss) noexcept;

}  // namespace turngate::events
