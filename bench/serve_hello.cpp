// One thread asks and waits for each answer, so that the door's work is the same each time.
#include "serve_hello.h"

#include <array>
#include <string_view>
#include <sys/socket.h>
#include <thread>

#include <turngate/doors/http.h>
#include <turngate/os/socket.h>

namespace {

constexpr std::string_view request = "GET /?name=Ada HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

bool ask(int socket) {
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    std::array<char, 1024> answer;
    const ssize_t n = ::recv(socket, answer.data(), answer.size(), 0);
    return n > 0 && std::string_view(answer.data(), static_cast<std::size_t>(n))
                        .starts_with("HTTP/1.1 200 ");
}

}  // namespace

bool serve_hello(const turngate::Handler& handler, int times) {
    const auto door = turngate::http_door({.listen = {"127.0.0.1:0"}});
    const std::string url = door->addresses().front();
    std::thread server([&] { door->serve({turngate::HandlerPtr(), &handler}); });
    bool is_answered = true;
    {
        const auto address = turngate::os::Address::parse(url);
        const auto socket = turngate::os::connect_to(address, std::chrono::seconds(10));
        for (int i = 0; i < times && is_answered; ++i)
            is_answered = ask(socket.get());
    }
    door->stop();
    server.join();
    return is_answered;
}
