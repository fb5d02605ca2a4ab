#include "strict/openedge_sizes.h"

#include <string>
#include <utility>

#include "openedge/message.h"

namespace turngate::strict {
namespace {

constexpr std::size_t uuid_size = 36;

}  // namespace

openedge::Message openedge_message(const Request& request) {
    openedge::Message about;
    if (!request.url.path.empty()) about = openedge::message_of(request);
    const auto take = [&](std::string_view field, std::string& into) {
        if (const std::string_view value = request.headers.get(field); !value.empty()) into = value;
    };
    take("x-openedge-topic", about.topic);
    take("x-openedge-function-name", about.function_name);
    take("x-openedge-invoke-id", about.invoke_id);
    about.qos = request.headers.get("x-openedge-qos") == "1" ? 1 : 0;
    // The function manager gives each call one.
    if (about.invoke_id.empty()) about.invoke_id.assign(uuid_size, '0');
    return about;
}

std::uint64_t grpc_message_size(const openedge::Message& about, std::uint64_t payload) {
    openedge::FunctionMessage message;
    message.about = about;
    return openedge::message_size(std::move(message), openedge::Generation::runtime, payload);
}

std::uint64_t mqtt_packet_size(const openedge::Message& about, std::uint64_t payload) {
    const std::uint64_t packet_id = about.qos > 0 ? 2 : 0;
    const std::uint64_t rest = 2 + about.topic.size() + packet_id + payload;
    return 1 + openedge::varint_size(rest) + rest;
}

}  // namespace turngate::strict
