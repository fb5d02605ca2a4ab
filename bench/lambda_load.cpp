// lambda_load EVENT COUNT PROGRAM...: runs PROGRAM against a Runtime API on loopback that hands out
// the event in the file EVENT, one after the other on each connection, and prints the CPU time of
// PROGRAM an invocation, in microseconds. The first tenth is not measured. No parser of ours: it
// looks for the ends of requests alone.
#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

// One request, its body with it; empty at the end. `rest` has what came behind.
std::string read_request(int fd, std::string& rest) {
    std::size_t size = 0;
    for (;;) {
        const std::size_t end = rest.find("\r\n\r\n");
        if (end != std::string::npos) {
            size = end + 4;
            std::string head = rest.substr(0, size);
            std::transform(head.begin(), head.end(), head.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            const std::size_t at = head.find("\r\ncontent-length: ");
            if (at != std::string::npos) size += std::strtoul(head.c_str() + at + 18, nullptr, 10);
            if (rest.size() >= size) break;
        }
        char block[64 * 1024];
        const ssize_t n = ::recv(fd, block, sizeof block, 0);
        if (n <= 0) return {};
        rest.append(block, static_cast<std::size_t>(n));
    }
    std::string request = rest.substr(0, size);
    rest.erase(0, size);
    return request;
}

void write_all(int fd, const std::string& bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
        fail("send");
}

double cpu_of(pid_t process) {
    clockid_t clock;
    timespec time{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        fail("the clock of the program");
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    std::ifstream file(argv[1], std::ios::binary);
    const std::string event{std::istreambuf_iterator<char>(file), {}};
    const long count = std::atol(argv[2]), warm = count / 10;
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener, 16) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        fail("listen");
    ::setenv("AWS_LAMBDA_RUNTIME_API",
             ("127.0.0.1:" + std::to_string(ntohs(address.sin_port))).c_str(), 1);
    const pid_t program = ::fork();
    if (program == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::execvp(argv[3], argv + 3);
        fail(argv[3]);
    }
    const std::string next =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "
        "8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\nLambda-Runtime-Deadline-Ms: " +
        std::to_string((std::time(nullptr) + 900) * 1000L) +
        "\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-2:123456789012:function:f"
        "\r\nLambda-Runtime-Trace-Id: "
        "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;"
        "Sampled=1\r\nDate: Mon, 30 Nov 2026 05:00:00 GMT\r\nContent-Length: " +
        std::to_string(event.size()) + "\r\n\r\n" + event;
    const std::string accepted =
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nDate: Mon, 30 Nov 2026 "
        "05:00:00 "
        "GMT\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n";
    long done = 0;
    double begin = 0;
    while (done < count) {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        std::string rest, request;
        while (done < count && !(request = read_request(fd, rest)).empty()) {
            if (request.find("/extension/") != std::string::npos) {
                write_all(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            } else if (request.starts_with("GET ")) {
                write_all(fd, next);
            } else {
                if (request.find("200") == std::string::npos) fail("the answer");
                if (++done == warm) begin = cpu_of(program);
                write_all(fd, accepted);
            }
        }
        ::close(fd);
    }
    std::printf("%.3f\n", (cpu_of(program) - begin) / static_cast<double>(count - warm));
    ::kill(program, SIGTERM);
    ::waitpid(program, nullptr, 0);
}
