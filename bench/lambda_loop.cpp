// The least that a Lambda function can do: a loop of system calls on one socket. It answers each
// event with the same reply, which it does not read, and looks for nothing in a reply but its end.
#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace {

// A reply, head and body.
std::string_view receive(int fd, char* buffer, std::size_t room) {
    std::size_t have = 0;
    for (;;) {
        const ssize_t n = ::recv(fd, buffer + have, room - have, 0);
        if (n <= 0) std::exit(0);
        have += static_cast<std::size_t>(n);
        const std::string_view all(buffer, have);
        const std::size_t end = all.find("\r\n\r\n"), at = all.find("Content-Length: ");
        if (end == all.npos) continue;
        if (have >= end + 4 + std::strtoul(buffer + at + 16, nullptr, 10)) return all;
    }
}

}  // namespace

int main() {
    const std::string api = std::getenv("AWS_LAMBDA_RUNTIME_API");
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(api.c_str() + api.find(':') + 1)));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    static char buffer[1 << 20];
    const std::string ask = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: " + api +
                            "\r\nUser-Agent: aws-lambda-cpp/20-loop\r\n\r\n";
    const std::string reply =
        R"({"statusCode":200,"headers":{},"multiValueHeaders":{"Content-Type":["text/plain; )"
        R"(charset=utf-8"]},"body":"hello\n","isBase64Encoded":false})";
    for (;;) {
        if (::send(fd, ask.data(), ask.size(), MSG_NOSIGNAL) < 0) return 1;
        const std::string_view event = receive(fd, buffer, sizeof buffer);
        const std::size_t at = event.find("Request-Id: ") + 12;
        const std::string answer = "POST /2018-06-01/runtime/invocation/" +
                                   std::string(event.substr(at, event.find('\r', at) - at)) +
                                   "/response HTTP/1.1\r\nHost: " + api +
                                   "\r\nUser-Agent: aws-lambda-cpp/20-loop\r\nContent-Type: "
                                   "application/json\r\nContent-Length: " +
                                   std::to_string(reply.size()) + "\r\n\r\n" + reply;
        if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return 1;
        receive(fd, buffer, sizeof buffer);
    }
}
