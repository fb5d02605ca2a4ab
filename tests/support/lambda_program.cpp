// A program linked with turngate, for tests that run it as a Lambda function: it does what paths
// say.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>

#include <turngate/turngate.h>

using namespace turngate;

namespace {

std::size_t fill_stack(std::size_t depth) {
    volatile char room[1024];
    room[0] = static_cast<char>(depth);
    return depth == 0 ? 0 : fill_stack(depth - 1) + static_cast<std::size_t>(room[0]);
}

std::latch three(3);

void answer(Request& request, ResponseWriter& response) {
    const std::string& path = request.url.path;
    if (path == "/hello") response.write("hello " + request.query("name", "world") + '\n');
    if (path == "/trace") response.write(std::string(std::getenv("_X_AMZN_TRACE_ID")) + '\n');
    if (path == "/print") {
        std::puts("on stdout");
        std::fputs("on stderr\n", stderr);
        response.write("printed\n");
    }
    if (path == "/log") {
        request.context.log(Level::warn, "looked odd");
        request.context.log(Level::debug, "details");
    }
    if (path == "/stream-and-abort") {
        response.write("one");
        response.flush();
        std::abort();
    }
    if (path == "/throw") throw std::runtime_error("out of luck");
    if (path == "/large") response.write(std::string(5'000'000, 'x'));
    if (path == "/abort") std::abort();
    if (path == "/segv") std::raise(SIGSEGV);
    if (path == "/overflow") fill_stack(SIZE_MAX);
    if (path == "/terminate")
        std::thread([] { throw std::runtime_error("thrown in a thread"); }).join();
    if (path == "/together") three.arrive_and_wait();
}

HandlerPtr named(const char* name) {
    return to_handler([name](Request& request) {
        return text(std::string(name) + ' ' + request.url.path + '\n');
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (std::getenv("TEST_FUNCTIONS"))
        return run(argc, argv, Functions{{"orders", named("orders")}, {"users", named("users")}});
    return run(argc, argv, to_handler(answer));
}
