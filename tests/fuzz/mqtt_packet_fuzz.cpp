// Packets of an MQTT broker: none crashes its client, and the same are found however they come.
// covers: gateway/src/host/mqtt_packet.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "host/mqtt_packet.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::host;

namespace {

std::vector<std::string> packets_of(std::string_view stream, std::size_t step) {
    MqttReader reader;
    std::vector<std::string> packets;
    try {
        for (; !stream.empty(); stream.remove_prefix(std::min(step, stream.size()))) {
            reader.feed(stream.substr(0, step));
            while (const auto packet = reader.next()) {
                packets.push_back(write_packet(*packet));
                if (packet->type == MqttPacket::publish) read_publication(*packet);
            }
        }
    } catch (const Error& e) {
        packets.emplace_back(e.what());
    }
    return packets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    if (packets_of(stream, stream.size() + 1) != packets_of(stream, 1)) std::abort();
    return 0;
}
