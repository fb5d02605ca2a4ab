#include "host/event_stream.h"

#include <cstdint>
#include <stdexcept>
#include <zlib.h>

namespace turngate::host {
namespace {

constexpr std::size_t most_payload = 16u << 20;  // bytes
constexpr char string_type = 7;

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
    for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += static_cast<char>(name.size());
    out += name;
    out += string_type;
    append_big_endian(out, static_cast<std::uint16_t>(value.size()));
    out += value;
}

void append_crc(std::string& out, std::size_t from) {
    const auto* bytes = reinterpret_cast<const Bytef*>(out.data() + from);
    append_big_endian(
        out, static_cast<std::uint32_t>(::crc32(0, bytes, static_cast<uInt>(out.size() - from))));
}

}  // namespace

void append_event_message(std::string& out, std::string_view event_type,
                          std::string_view content_type, std::string_view payload) {
    if (payload.size() > most_payload)
        throw std::length_error("a message of an event stream has more than 16 MiB");
    std::string fields;
    append_field(fields, ":event-type", event_type);
    append_field(fields, ":content-type", content_type);
    append_field(fields, ":message-type", "event");
    constexpr std::size_t around = 4 + 4 + 4 + 4;  // two lengths and two CRCs
    const std::size_t begin = out.size();
    append_big_endian(out, static_cast<std::uint32_t>(around + fields.size() + payload.size()));
    append_big_endian(out, static_cast<std::uint32_t>(fields.size()));
    append_crc(out, begin);
    out.append(fields).append(payload);
    append_crc(out, begin);
}

}  // namespace turngate::host
