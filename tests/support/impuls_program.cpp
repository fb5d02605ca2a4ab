// A program linked with turngate, for tests that run it as an Impuls function: it does what its
// functions are called.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <latch>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>

#include <turngate/handlers/impuls.h>
#include <turngate/http/environment.h>
#include <turngate/turngate.h>

using namespace turngate;

namespace {

Json tell(const Json& event, Context& context) {
    const auto* invocation = impuls::invocation(context);
    const char* const own = std::getenv("TENANT");
    return Json::object({{"event", event},
                         {"name", invocation->function_name},
                         {"memory", invocation->memory_mb},
                         {"remaining", context.remaining()->count()},
                         {"tenant", variable(context, "TENANT").value_or("")},
                         {"process", own ? own : ""},
                         {"port", std::getenv("RUNTIME_PORT") ? "set" : ""}});
}

Json print(const Json& event, Context& context) {
    const std::string id = event["id"].string_or("");
    std::cout << "cout " << id << std::endl;
    std::printf("printf %s\n", id.c_str());
    std::cerr << "cerr " << id << '\n';
    context.log(Level::warn, "log " + id);
    return id;
}

// Does not return, whatever it is asked.
Json hang(const Json&, Context&) {
    std::cout << "half a line";
    std::binary_semaphore(0).acquire();
    return nullptr;
}

Json hang_later(const Json&, Context& context) {
    context.wait_until([] { std::binary_semaphore(0).acquire(); });
    return "at once";
}

Json until_stopped(const Json&, Context& context) {
    std::fputs("begun\n", stderr);
    std::binary_semaphore stopped{0};
    const std::stop_callback stop(context.stop, [&] { stopped.release(); });
    stopped.acquire();
    std::fputs("stopped\n", stderr);
    return "stopped";
}

// Returns once there is a file of the event's name.
Json until_file(const Json& event, Context& context) {
    std::fputs("waiting\n", stderr);
    for (; ::access(event.string_or("").c_str(), F_OK) != 0;
         std::this_thread::sleep_for(std::chrono::milliseconds(1)))
        context.check();
    return "there it is";
}

// Returns once there are forty of them.
Json together(const Json&, Context&) {
    static std::latch all(40);
    all.arrive_and_wait();
    return "together";
}

Json fail(const Json&, Context&) {
    throw std::runtime_error("out of luck");
}

Response web(Request& request) {
    return text(request.method + ' ' + request.url.target() + '\n');
}

}  // namespace

int main(int argc, char** argv) {
    return run(argc, argv,
               Functions{{"tell", event_function(tell)},
                         {"print", event_function(print)},
                         {"hang", event_function(hang)},
                         {"hang_later", event_function(hang_later)},
                         {"until_stopped", event_function(until_stopped)},
                         {"until_file", event_function(until_file)},
                         {"together", event_function(together)},
                         {"fail", event_function(fail)},
                         {"web", web}});
}
