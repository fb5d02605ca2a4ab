// An MQTT broker on this machine, and a rule between two of its topics and a function.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <thread>

#include "host/mqtt_packet.h"
#include "host/openedge_calls.h"
#include <turngate/os/fd.h>
#include <turngate/os/subprocess.h>

namespace turngate::host {

// As a rule of OpenEdge's function module: what is published to one topic goes to the function, and
// what it answers to the other, with the same quality of service.
struct MqttRule {
    std::string subscribe;
    std::string publish;
};

// Runs mosquitto for as long as it lives.
class MqttBridge {
  public:
    // Returns when the rule is in force. `port` 0: any. `calls` and what `tell` refers to must
    // outlive this. Throws Error if there is no mosquitto, and std::system_error if somebody
    // listens on the port already.
    MqttBridge(OpenEdgeCalls& calls, MqttRule rule, std::uint16_t port, Ledger::Tell tell);
    MqttBridge(const MqttBridge&) = delete;
    MqttBridge& operator=(const MqttBridge&) = delete;
    ~MqttBridge();

    std::uint16_t port() const noexcept { return port_; }

  private:
    void connect();
    MqttPacket receive();
    void send(const MqttPacket& packet);
    void run() noexcept;
    void answer(const MqttMessage& message);

    OpenEdgeCalls& calls_;
    const MqttRule rule_;
    const Ledger::Tell tell_;
    std::uint16_t port_;
    std::optional<os::Subprocess> broker_;
    os::Fd socket_;
    MqttReader reader_;
    std::uint16_t last_id_ = 0;
    std::atomic<bool> is_stopping_ = false;
    std::thread thread_;
};

}  // namespace turngate::host
