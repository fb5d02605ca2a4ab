// The message that a function is called with and answers with, in the protobuf of each generation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/handlers/openedge.h>

namespace turngate::openedge {

// The services that functions have had, by the path of their one method.
enum class Generation {
    runtime,   // /runtime.Runtime/Handle, OpenEdge before 0.1.2
    openedge,  // /openedge.Function/Call, from 0.1.2
    baetyl,    // /baetyl.Function/Call, from 0.1.6
    faas,      // /faas.Function/Call, Baetyl 2
};

std::optional<Generation> generation_of(std::string_view path) noexcept;
std::string_view path_of(Generation generation) noexcept;

// What there is of it depends on the generation; the rest is neither read nor written.
struct FunctionMessage {
    std::uint64_t id = 0;  // from openedge on
    std::string payload;   // any bytes
    Message about;         // in faas the names are members of the metadata
};

// Fields that are not known are passed over. Throws Error if `bytes` are no message.
FunctionMessage read_message(std::string_view bytes, Generation generation);

std::string write_message(const FunctionMessage& message, Generation generation);

// How many bytes that has with a payload of `payload` bytes in place of its own.
std::uint64_t message_size(FunctionMessage message, Generation generation, std::uint64_t payload);

// How many bytes a length has, here and in MQTT: seven bits in each.
std::uint64_t varint_size(std::uint64_t length) noexcept;

}  // namespace turngate::openedge
