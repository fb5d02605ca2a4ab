// A function of OpenEdge that answers with the payload, and fails at "stop".
#include <turngate/turngate.h>

int main(int argc, char** argv) {
    return turngate::run(argc, argv, [](turngate::Request& request) {
        const std::string payload = request.body.text();
        if (payload == "stop") throw turngate::Error("stop");
        return turngate::text(payload);
    });
}
