#include "event_exchange.h"

#include <chrono>
#include <utility>

#include "fresh_ids.h"
#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>
#include <turngate/http/nominated_fields.h>

namespace turngate {
namespace {

constexpr std::string_view own_address = "127.0.0.1";  // of who comes by a Unix socket

// What belongs to the connection, or is computed anew, is not the program's to say.
void drop_framing(Response& response, bool is_head) {
    const NominatedFields nominated(response.headers);
    Headers kept;
    for (const auto& [name, value] : response.headers)
        if (!is_hop_by_hop(name) && !nominated.contains(name) &&
            (is_head || !iequals(name, "Content-Length")))
            kept.add(name, value);
    response.headers = std::move(kept);
}

}  // namespace

void extend_forwarded_for(Request& request, events::Format format) {
    using events::Format;
    if (format == Format::http || format == Format::vercel) return;  // has no such front
    std::string all;
    for (const std::string& value : request.headers.values("X-Forwarded-For"))
        all.append(value).append(", ");
    if (all.empty()) return;  // the event says it by itself
    all.append(request.remote_address.empty() ? own_address : request.remote_address);
    request.headers.set("X-Forwarded-For", all);
}

FreshEvent fresh_event(Request& request, events::Format format) {
    events::EventSource source;
    source.time = std::chrono::system_clock::now();
    source.request_id = fresh_uuid();
    source.trace_id = fresh_trace_id(source.time);
    if (request.remote_address.empty()) source.source_ip = own_address;
    std::string text = events::make_event(request, format, source);
    return {std::move(text), std::move(source.request_id), std::move(source.trace_id)};
}

Response response_of(std::string_view reply, events::Format format, bool is_head) {
    Response answer;
    try {
        answer = events::decode_reply(reply, format);
    } catch (const Error& e) {
        throw ProtocolError("what the program answered is no reply of shape " +
                            std::string(events::name(format)) + ": " + e.what());
    }
    if (answer.status < 200 || answer.status > 599)
        throw ProtocolError("the reply has status " + std::to_string(answer.status) +
                            ", which is none from 200 to 599");
    drop_framing(answer, is_head);
    return answer;
}

}  // namespace turngate
