#include "host/mqtt_packet.h"

#include <turngate/http/error.h>

namespace turngate::host {
namespace {

constexpr std::size_t largest = 16u << 20;
constexpr int length_bytes = 4;

std::string number(std::size_t value) {
    return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

std::string text(std::string_view value) {
    return number(value.size()).append(value);
}

// Takes two bytes off the front.
std::uint16_t take_number(std::string_view& bytes) {
    if (bytes.size() < 2) throw Error("an MQTT packet is cut short");
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto value = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
    bytes.remove_prefix(2);
    return value;
}

}  // namespace

std::optional<MqttPacket> MqttReader::next() {
    std::size_t length = 0;
    std::size_t at = 1;
    for (int shift = 0;; shift += 7, ++at) {
        if (shift == 7 * length_bytes) throw Error("the length of an MQTT packet is none");
        if (at >= rest_.size()) return std::nullopt;
        const auto byte = static_cast<unsigned char>(rest_[at]);
        length |= static_cast<std::size_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) break;
    }
    if (length > largest) throw Error("an MQTT packet has more than 16 MiB");
    const std::size_t begin = at + 1;
    if (rest_.size() - begin < length) return std::nullopt;
    const auto first = static_cast<unsigned char>(rest_[0]);
    MqttPacket packet{static_cast<std::uint8_t>(first >> 4), static_cast<std::uint8_t>(first & 15),
                      rest_.substr(begin, length)};
    rest_.erase(0, begin + length);
    return packet;
}

MqttMessage read_publication(const MqttPacket& packet) {
    std::string_view rest = packet.body;
    MqttMessage out;
    out.qos = packet.flags >> 1 & 3;
    if (out.qos == 3) throw Error("an MQTT publication has a QoS of 3");
    const std::size_t size = take_number(rest);
    if (rest.size() < size) throw Error("an MQTT packet is cut short");
    out.topic = rest.substr(0, size);
    rest.remove_prefix(size);
    if (out.qos > 0) out.id = take_number(rest);
    out.payload = rest;
    return out;
}

std::string write_packet(const MqttPacket& packet) {
    std::string out(1, static_cast<char>(packet.type << 4 | packet.flags));
    std::size_t length = packet.body.size();
    do {
        const auto low = static_cast<unsigned char>(length & 0x7F);
        length >>= 7;
        out += static_cast<char>(length > 0 ? low | 0x80u : low);
    } while (length > 0);
    return out.append(packet.body);
}

MqttPacket mqtt_connect(std::string_view client_id) {
    constexpr std::string_view version_flags_keep_alive("\4\2\0\0", 4);  // 3.1.1, clean session
    return {MqttPacket::connect, 0,
            text("MQTT").append(version_flags_keep_alive).append(text(client_id))};
}

MqttPacket mqtt_subscribe(std::uint16_t id, std::string_view topic, std::uint8_t qos) {
    return {MqttPacket::subscribe, 2,
            number(id).append(text(topic)).append(1, static_cast<char>(qos))};
}

MqttPacket mqtt_publish(const MqttMessage& message) {
    std::string body = text(message.topic);
    if (message.qos > 0) body += number(message.id);
    return {MqttPacket::publish, static_cast<std::uint8_t>(message.qos << 1),
            body.append(message.payload)};
}

MqttPacket mqtt_puback(std::uint16_t id) {
    return {MqttPacket::puback, 0, number(id)};
}

}  // namespace turngate::host
