// A server that knows nothing of turngate: one answer a connection, on $PORT.
#include <arpa/inet.h>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

int main() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<unsigned short>(std::atoi(std::getenv("PORT"))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
    ::listen(listener, 8);
    for (int client; (client = ::accept(listener, nullptr, nullptr)) >= 0; ::close(client)) {
        char head[4096];
        [[maybe_unused]] auto read = ::read(client, head, sizeof head);
        const std::string body = "by itself.\n";
        const std::string reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                                  std::to_string(body.size()) + "\r\n\r\n" + body;
        [[maybe_unused]] auto written = ::write(client, reply.data(), reply.size());
    }
}
