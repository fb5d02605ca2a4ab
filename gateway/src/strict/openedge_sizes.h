// How much of a message counts against OpenEdge's limits.
#pragma once

#include <cstdint>

#include <turngate/handlers/openedge.h>
#include <turngate/http/request.h>

namespace turngate::strict {

// What a request was as a message: of one that has come from OpenEdge as its fields tell it, of any
// other one as OpenEdge would make it. A function's name is not known then, and is left out.
openedge::Message openedge_message(const Request& request);

// Bytes of a message with a payload of `payload` bytes as gRPC carries it, which grpc-go holds to
// its limit: the protobuf of OpenEdge before 0.1.2, without the five bytes before it.
std::uint64_t grpc_message_size(const openedge::Message& about, std::uint64_t payload);

// Bytes of the MQTT packet that publishes it, from its first one (MQTT 3.1.1, sections 2.2
// and 3.3).
std::uint64_t mqtt_packet_size(const openedge::Message& about, std::uint64_t payload);

}  // namespace turngate::strict
