// A program that serves HTTP on $PORT, one request a connection, for tests of what starts such
// programs. Deliberately of sockets alone. Its arguments are what it does first, in their order:
//   unhealthy N   answers its first N requests with 503
//   silent        takes connections and never answers
//   late FILE     listens when FILE can be opened, which a FIFO delays
//   stubborn      ignores SIGTERM
//   line N        prints a line of N bytes
//   mark FILE     writes a line into FILE
// GET /crash kills it, /exit ends it with status 3, /pid tells its number, /environment NAME its
// variable; everything else is echoed: the request's head is the body.
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string read_head(int fd) {
    std::string head;
    char c;
    while (head.find("\r\n\r\n") == head.npos && ::read(fd, &c, 1) == 1)
        head += c;
    return head;
}

int listen_on_port() {
    const char* port = std::getenv("PORT");
    if (!port) std::exit(7);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 64) != 0)
        std::exit(8);
    return fd;
}

std::string answer(const std::string& head, int& unhealthy) {
    std::string status = "200 OK", body = head;
    if (unhealthy > 0) {
        --unhealthy;
        status = "503 Service Unavailable";
    } else if (head.starts_with("GET /crash ")) {
        std::signal(SIGSEGV, SIG_DFL);
        std::raise(SIGSEGV);
    } else if (head.starts_with("GET /exit ")) {
        std::_Exit(3);
    } else if (head.starts_with("GET /pid ")) {
        body = std::to_string(::getpid());
    } else if (head.starts_with("GET /variable/")) {
        const std::size_t at = std::strlen("GET /variable/");
        const char* value = std::getenv(head.substr(at, head.find(' ', at) - at).c_str());
        body = value ? value : "unset";
    }
    return "HTTP/1.1 " + status + "\r\nServer: test\r\nX-Powered-By: sockets\r\nContent-Type: " +
           "text/plain\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace

int main(int argc, char** argv) {
    int unhealthy = 0;
    bool silent = false;
    for (int i = 1; i < argc; ++i) {
        const std::string what = argv[i];
        const std::string value = i + 1 < argc ? argv[i + 1] : "";
        if (what == "unhealthy") unhealthy = std::atoi(value.c_str());
        if (what == "silent") silent = true;
        if (what == "late") ::close(::open(value.c_str(), O_RDONLY));
        if (what == "stubborn") std::signal(SIGTERM, SIG_IGN);
        if (what == "line")
            write_all(1, std::string(std::strtoul(value.c_str(), nullptr, 10), 'x') + '\n');
        if (what == "mark") {
            const int fd = ::open(value.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            write_all(fd, "started\n");
            ::close(fd);
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
    const int listener = listen_on_port();
    for (;;) {
        const int peer = ::accept(listener, nullptr, nullptr);
        if (peer < 0) continue;
        if (silent) continue;
        const std::string head = read_head(peer);
        if (!head.empty()) write_all(peer, answer(head, unhealthy));
        ::close(peer);
    }
}
