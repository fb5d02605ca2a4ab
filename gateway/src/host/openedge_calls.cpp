#include "host/openedge_calls.h"

#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>

#include "fresh_ids.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {
namespace {

constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

std::string milliseconds(std::chrono::nanoseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(time.count()) / 1e6);
    return text;
}

std::string bytes(std::size_t size) {
    return std::to_string(size) + (size == 1 ? " byte" : " bytes");
}

std::string text(const OpenEdgeFunction::Timings& timings) {
    const std::string call = milliseconds(timings.call);
    return timings.start ? call + ", started in " + milliseconds(*timings.start) : call;
}

std::string description(const openedge::GrpcError& error) {
    return "rpc error: code = " + name_of(error.status()) + " desc = " + error.what();
}

}  // namespace

std::string OpenEdgeCalls::call(const std::string& topic, std::uint32_t qos, std::string payload) {
    const std::uint64_t number = ++count_;
    tell_({Line::Kind::request, number,
           topic + "  " + bytes(payload.size()) + "  qos " + std::to_string(qos)});
    openedge::FunctionMessage message;
    message.payload = std::move(payload);
    message.about.qos = qos;
    message.about.topic = topic;
    message.about.function_name = name_;
    message.about.invoke_id = fresh_uuid();
    OpenEdgeFunction::Timings timings;
    try {
        std::string reply = function_.call(std::move(message), timings);
        tell_(
            {Line::Kind::answer, number,
             (reply.empty() ? "nothing to publish" : bytes(reply.size())) + "  " + text(timings)});
        return reply;
    } catch (const openedge::GrpcError& e) {
        tell_({Line::Kind::answer, number, description(e) + "  " + text(timings)});
        throw;
    }
}

std::string error_payload(const openedge::GrpcError& error, const std::string& topic,
                          std::uint32_t qos, std::string_view payload) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("errorMessage").string(description(error));
    json.key("errorType").string("*status.statusError");
    json.key("packet").begin_object().key("Message").begin_object();
    json.key("Topic").string(topic).key("Payload").string(base64_encode(payload));
    json.key("QOS").unsigned_integer(qos).key("Retain").boolean(false).end_object();
    json.key("Dup").boolean(false).key("ID").integer(0).end_object().end_object();
    return out;
}

HandlerPtr openedge_front(OpenEdgeCalls& calls) {
    return to_handler([&calls](Request& request) -> Response {
        if (request.method != "POST")
            throw HttpError(405, "POST a payload to the path that is the topic");
        const std::string topic = percent_decode(std::string_view(request.url.path).substr(1));
        const std::string payload = request.body.text(any_size);
        try {
            std::string reply = calls.call(topic, 0, payload);
            if (reply.empty()) return {204, {}, {}};
            const char* const type =
                is_json(reply) ? "application/json" : "application/octet-stream";
            return {200, {{"Content-Type", type}}, std::move(reply)};
        } catch (const openedge::GrpcError& e) {
            return {502,
                    {{"Content-Type", "application/json"}},
                    error_payload(e, topic, 0, payload) + '\n'};
        }
    });
}

}  // namespace turngate::host
