// Calls of gRPC, by frames that are made by hand, and what their answers say.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "openedge/grpc.h"
#include "openedge/message.h"
#include "support/http2_client.h"
#include <turngate/doors/openedge.h>

namespace turngate::test::grpc {

inline std::unique_ptr<ListeningDoor> door(OpenEdgeOptions options = {}) {
    options.http.listen = {"127.0.0.1:0"};
    return openedge_door(std::move(options));
}

inline std::string framed(std::string_view message) {
    const auto prefix = openedge::grpc_prefix(static_cast<std::uint32_t>(message.size()));
    return std::string(prefix.data(), prefix.size()).append(message);
}

inline std::string message(std::string payload,
                           openedge::Generation generation = openedge::Generation::runtime) {
    openedge::FunctionMessage out;
    out.payload = std::move(payload);
    out.about = {.qos = 1, .topic = "a b/c", .function_name = "sayhi", .invoke_id = "id-1"};
    return framed(write_message(out, generation));
}

inline http2::Fields call(std::string_view path = "/runtime.Runtime/Handle",
                          const http2::Fields& more = {}) {
    http2::Fields fields =
        http2::request("POST", path, {{"content-type", "application/grpc"}, {"te", "trailers"}});
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

inline std::string status(const http2::Answer& answer) {
    for (const auto& [name, value] : answer.trailers)
        if (name == "grpc-status") return value;
    return answer.get("grpc-status");
}

inline std::string told(const http2::Answer& answer) {
    for (const auto& [name, value] : answer.trailers)
        if (name == "grpc-message") return value;
    return answer.get("grpc-message");
}

inline openedge::FunctionMessage reply(
    const http2::Answer& answer, openedge::Generation generation = openedge::Generation::runtime) {
    BOOST_REQUIRE_MESSAGE(answer.body.size() >= 5, told(answer));
    return openedge::read_message(std::string_view(answer.body).substr(5), generation);
}

}  // namespace turngate::test::grpc
