#include "host/mqtt_bridge.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "host/platform_environment.h"
#include "host/reserved_port.h"
#include <turngate/os/socket.h>

namespace turngate::host {
namespace {

using namespace std::chrono_literals;

constexpr auto begin_limit = 10s;  // of the broker, until it listens
constexpr auto grace = 2s;
constexpr int redial = 10;  // milliseconds
constexpr std::uint16_t subscription = 1;
constexpr char refused = '\x80';

os::Subprocess broker(std::uint16_t port) {
    const os::Fd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    // Debian has it where only administrators look.
    return os::Subprocess({.program = "/bin/sh",
                           .arguments = {"-c", "PATH=$PATH:/usr/sbin; exec mosquitto -p \"$0\"",
                                         std::to_string(port)},
                           .environment = platform_environment({}, {}),
                           .output = nowhere.get()});
}

}  // namespace

MqttBridge::MqttBridge(OpenEdgeCalls& calls, MqttRule rule, std::uint16_t port, Ledger::Tell tell)
    : calls_(calls), rule_(std::move(rule)), tell_(std::move(tell)) {
    const ReservedPort place(port);  // or somebody else's broker would do, too
    port_ = place.port();
    broker_.emplace(broker(port_));
    connect();
    send(mqtt_connect("turngate-host"));
    if (const MqttPacket answer = receive();
        answer.type != MqttPacket::connack || answer.body != std::string(2, '\0'))
        throw Error("the MQTT broker refuses connections");
    send(mqtt_subscribe(subscription, rule_.subscribe, 1));
    if (const MqttPacket answer = receive();
        answer.type != MqttPacket::suback || answer.body.size() != 3 || answer.body[2] == refused)
        throw Error("the MQTT broker refuses to subscribe to " + rule_.subscribe);
    thread_ = std::thread([this] { run(); });
}

MqttBridge::~MqttBridge() {
    is_stopping_ = true;
    ::shutdown(socket_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    broker_->stop(grace);
}

void MqttBridge::connect() {
    const auto until = std::chrono::steady_clock::now() + begin_limit;
    for (;;) {
        try {
            socket_ = os::connect_to({.host = "127.0.0.1", .port = port_}, begin_limit);
            return;
        } catch (const std::system_error&) {  // it does not listen yet
        }
        pollfd poll{broker_->exit_fd(), POLLIN, 0};
        if (::poll(&poll, 1, redial) > 0)
            throw Error("mosquitto " + os::describe(broker_->wait().value_or(os::ExitStatus())) +
                        ": install it, or give another --mqtt-port than " + std::to_string(port_));
        if (std::chrono::steady_clock::now() >= until)
            throw Error("mosquitto does not listen on port " + std::to_string(port_));
    }
}

MqttPacket MqttBridge::receive() {
    for (;;) {
        if (auto packet = reader_.next()) return std::move(*packet);
        std::array<char, 64 * 1024> block;
        pollfd poll{socket_.get(), POLLIN, 0};
        ::poll(&poll, 1, -1);
        const std::size_t size = os::read_some(socket_.get(), block);
        if (size == 0) throw Error("the MQTT broker has closed the connection");
        reader_.feed({block.data(), size});
    }
}

void MqttBridge::send(const MqttPacket& packet) {
    os::write_whole(socket_.get(), write_packet(packet));
}

void MqttBridge::run() noexcept {
    try {
        for (;;) {
            const MqttPacket packet = receive();
            if (packet.type == MqttPacket::publish) answer(read_publication(packet));
        }
    } catch (const std::exception& e) {
        if (!is_stopping_)
            tell_({Line::Kind::lifecycle, 0,
                   std::string("mqtt: ") + e.what() + ": no message is taken any more"});
    }
}

void MqttBridge::answer(const MqttMessage& message) {
    MqttMessage out{.topic = rule_.publish, .qos = std::min<std::uint8_t>(message.qos, 1)};
    try {
        out.payload = calls_.call(message.topic, message.qos, message.payload);
    } catch (const openedge::GrpcError& e) {
        out.payload = error_payload(e, message.topic, message.qos, message.payload);
    }
    if (!out.payload.empty()) {
        if (++last_id_ == 0) ++last_id_;  // no id is 0
        out.id = last_id_;
        send(mqtt_publish(out));
    }
    if (message.qos > 0) send(mqtt_puback(message.id));
}

}  // namespace turngate::host
