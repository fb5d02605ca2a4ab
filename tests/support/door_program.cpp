// A program linked with turngate, for tests that start one: its functions do what they are called.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>

#include "slow_bodies.h"
#include <turngate/doors/remote_user.h>
#include <turngate/turngate.h>

using namespace turngate;

namespace {

// Waits until as many requests are here as each of them says there are; false if they do not come.
bool are_together(std::size_t all) {
    static std::mutex mutex;
    static std::condition_variable has_come;
    static std::size_t here = 0;
    std::unique_lock lock(mutex);
    ++here;
    has_come.notify_all();
    return has_come.wait_for(lock, std::chrono::seconds(30), [&] { return here >= all; });
}

HandlerPtr abort_instead() {
    std::puts("opening");
    std::abort();
}

HandlerPtr throw_instead() {
    throw std::runtime_error("cannot be made");
}

}  // namespace

int main(int argc, char** argv) {
    if (std::getenv("TEST_ABORTS")) return run(argc, argv, abort_instead);
    if (std::getenv("TEST_THROWS")) return run(argc, argv, throw_instead);
    // Made once, so that what a crowd of slow readers costs is what the door keeps for them.
    static const std::string large(1 << 20, 'x');
    const HandlerPtr handler = to_handler([](Request& request, ResponseWriter& response) {
        const std::string& path = request.url.path;
        if (path == "/echo") response.write(request.body.text());
        if (path == "/ignore") response.write("not read");
        if (path == "/unwanted")
            response.status(test::ends_when_unwanted(request.body) ? 504 : 200).write("late");
        if (path == "/large") response.write(large);
        if (path == "/wait") {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            response.write("waited");
        }
        if (path == "/print") {
            std::puts("printed");
            response.write("written");
        }
        if (path == "/pieces")
            for (int i = 0; i < 20; ++i) {
                response.write(std::string(100, 'p'));
                response.flush();
            }
        if (path == "/trailers") {
            response.write(request.body.text());
            response.trailers(request.body.trailers());
        }
        if (path == "/until-stopped") {
            response.write("up");
            response.flush();
            std::binary_semaphore stopped{0};
            const std::stop_callback stop(request.context.stop, [&] { stopped.release(); });
            stopped.acquire();
            std::fputs("stopped\n", stderr);
        }
        if (path == "/hang") std::binary_semaphore(0).acquire();
        if (path == "/talk") {
            const int lines = std::stoi(request.query("lines"));
            for (int i = 0; i < lines; ++i)
                request.context.log(Level::info,
                                    "line " + std::to_string(i) + ' ' + std::string(600, 'x'));
        }
        if (path == "/exit") {
            std::cout << "half a line";
            [[maybe_unused]] const auto size = ::write(STDERR_FILENO, "bare", 4);
            std::exit(3);
        }
        if (path == "/abort") {
            std::fputs("last words\n", stderr);
            std::abort();
        }
        if (path == "/together") {
            const std::string id = request.query("id");
            if (!are_together(std::stoul(request.query("all")))) response.status(504);
            std::cout << "cout " << id << std::endl;
            std::printf("printf %s\n", id.c_str());
            request.context.log(Level::info, "log " + id);
            response.write(id);
        }
        if (path == "/throw") throw std::runtime_error("thrown on purpose");
        if (path == "/break") {
            response.write(std::string(20'000, 'x'));
            throw std::runtime_error("broken on purpose");
        }
        if (path == "/later") {
            response.write("now");
            request.context.wait_until([] { std::fputs("later\n", stderr); });
        }
        if (path == "/later-and-later") {
            response.write("now");
            request.context.wait_until([] { std::binary_semaphore(0).acquire(); });
        }
        if (path == "/head") {
            for (const auto& [name, value] : request.headers)
                response.write(std::string(name).append(": ").append(value).append("\n"));
            if (const auto* user = request.context.find<RemoteUser>())
                response.write("user " + user->name + " by " + user->auth_type + '\n');
        }
        if (path == "/connection") {
            response.header("Status", "503 no").header("Transfer-Encoding", "chunked");
            response.header("Connection", "close, X-B").header("X-B", "1").header("X-C", "2");
            response.write("fine");
        }
        if (path == "/facts")
            response.write(request.method + ' ' + request.url.script_name + ' ' +
                           request.url.request_uri() + ' ' + request.url.host + ' ' +
                           request.remote_address + ' ' + request.protocol + '\n');
    });
    return run(argc, argv, handler);
}
