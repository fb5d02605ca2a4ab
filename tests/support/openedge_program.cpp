// A function of OpenEdge, for tests that start one: it does what its event says.
#include <chrono>
#include <cstdio>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

#include <turngate/turngate.h>

using namespace turngate;

namespace {

openedge::Reply answer(const openedge::Event& event, const openedge::Message& message) {
    if (!event.json) return event.bytes;
    const std::string what = (*event.json)["do"].string_or("");
    if (what == "nothing") return std::nullopt;
    if (what == "throw") throw std::runtime_error("boom \xc3\xa9 % done");
    if (what == "refuse") throw HttpError(400, "no name");
    if (what == "large") return std::string(5'000'000, 'x');
    if (what == "much") return std::string(1'000'000, 'x');
    if (what == "exit") std::_Exit(3);
    return Json::object({{"event", *event.json},
                         {"messageTopic", message.topic},
                         {"messageQOS", message.qos},
                         {"functionName", message.function_name},
                         {"functionInvokeID", message.invoke_id}});
}

// Does not return, whatever it is asked.
void hang() {
    std::fputs("begun\n", stderr);
    std::binary_semaphore(0).acquire();
}

}  // namespace

int main(int argc, char** argv) {
    const HandlerPtr sayhi = openedge::handler(answer);
    const HandlerPtr wait = to_handler([sayhi](Request& request, ResponseWriter& response) {
        const std::string event = request.body.text(64u << 20);
        if (event == R"({"do": "wait"})")
            for (;; std::this_thread::sleep_for(std::chrono::milliseconds(1)))
                request.context.check();
        if (event == R"({"do": "until file"})") {
            std::fputs("waiting\n", stderr);
            for (; ::access("file", F_OK) != 0;
                 std::this_thread::sleep_for(std::chrono::milliseconds(1)))
                request.context.check();
        }
        if (event == R"({"do": "hang"})") hang();
        if (event == R"({"do": "hang later"})") request.context.wait_until(hang);
        sayhi->serve(request, response);
    });
    const HandlerPtr echo = to_handler([](Request& request) { return text(request.body.text()); });
    return run(argc, argv, Functions{{"sayhi", wait}, {"echo", echo}});
}
