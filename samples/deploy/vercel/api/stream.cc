// Server-sent events, each sent when it happens.
#include <chrono>
#include <string>
#include <thread>

#include <turngate/turngate.h>

void GET(turngate::Request& request, turngate::ResponseWriter& response) {
    response.header("Content-Type", "text/event-stream").header("Cache-Control", "no-store");
    for (int tick = 1; tick <= 3; ++tick) {
        response.write("data: tick " + std::to_string(tick) + "\n\n");
        response.flush();
        request.context.check();  // throws Cancelled when nobody listens any more
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
}
