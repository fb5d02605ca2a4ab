// Functions of OpenEdge, which publishes what they answer to messages of MQTT.
#include <turngate/turngate.h>

using namespace turngate;

namespace {

openedge::Reply sayhi(const openedge::Event& event, const openedge::Message& message) {
    if (!event.json) return std::nullopt;  // nothing is published
    const std::string name = (*event.json)["name"].string_or("world");
    return Json::object({{"hello", name}, {"topic", message.topic}});
}

}  // namespace

int main(int argc, char** argv) {
    return run(argc, argv, openedge::handler(sayhi));
}
