// Takes three seconds for each request, as a function does that waits for others.
#include <chrono>
#include <thread>

#include <turngate/handlers/plugin.h>

namespace {

turngate::HandlerPtr create(std::string_view) {
    return turngate::to_handler([](turngate::Request&) {
        std::this_thread::sleep_for(std::chrono::seconds(3));
        return turngate::text("done\n");
    });
}

}  // namespace

TURNGATE_PLUGIN("sleep", create)
