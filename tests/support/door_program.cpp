// A program linked with turngate, for tests that start one: its functions do what they are called.
#include <chrono>
#include <cstdio>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>

#include <turngate/turngate.h>

using namespace turngate;

int main(int argc, char** argv) {
    // Made once, so that what a crowd of slow readers costs is what the door keeps for them.
    static const std::string large(1 << 20, 'x');
    const HandlerPtr handler = to_handler([](Request& request, ResponseWriter& response) {
        const std::string& path = request.url.path;
        if (path == "/echo") response.write(request.body.text());
        if (path == "/ignore") response.write("not read");
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
        if (path == "/throw") throw std::runtime_error("thrown on purpose");
        if (path == "/break") {
            response.write(std::string(20'000, 'x'));
            throw std::runtime_error("broken on purpose");
        }
        if (path == "/later") {
            response.write("now");
            request.context.wait_until([] { std::fputs("later\n", stderr); });
        }
        if (path == "/facts")
            response.write(request.method + ' ' + request.url.script_name + ' ' +
                           request.url.request_uri() + ' ' + request.url.host + ' ' +
                           request.remote_address + ' ' + request.protocol + '\n');
    });
    return run(argc, argv, handler);
}
