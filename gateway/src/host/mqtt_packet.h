// MQTT 3.1.1 as far as a bridge needs it: packets between bytes and what they say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turngate::host {

// A packet without its length (section 2.2).
struct MqttPacket {
    enum Type : std::uint8_t {
        connect = 1,
        connack = 2,
        publish = 3,
        puback = 4,
        subscribe = 8,
        suback = 9,
    };

    std::uint8_t type = 0;   // also others than those
    std::uint8_t flags = 0;  // four bits
    std::string body;
};

// A message that is published.
struct MqttMessage {
    std::string topic = {};
    std::string payload = {};
    std::uint8_t qos = 0;
    std::uint16_t id = 0;  // of qos 1 and 2
};

// Bytes as they come, cut into packets.
class MqttReader {
  public:
    void feed(std::string_view bytes) { rest_ += bytes; }

    // Absent until more has come. Throws Error for a length that is none, or above 16 MiB.
    std::optional<MqttPacket> next();

  private:
    std::string rest_;
};

// Throws Error if it is no publication. REQUIRES: its type is publish.
MqttMessage read_publication(const MqttPacket& packet);

std::string write_packet(const MqttPacket& packet);
// Begins a session that nothing is kept of, and without keep-alive.
MqttPacket mqtt_connect(std::string_view client_id);
MqttPacket mqtt_subscribe(std::uint16_t id, std::string_view topic, std::uint8_t qos);
// REQUIRES: the topic has at most 65,535 bytes.
MqttPacket mqtt_publish(const MqttMessage& message);
MqttPacket mqtt_puback(std::uint16_t id);

}  // namespace turngate::host
