// lambda_load EVENT COUNT PROGRAM...: runs PROGRAM against a Runtime API on loopback that hands out
// the event in the file EVENT, one after the other on each connection, and prints the CPU time of
// PROGRAM an invocation, in microseconds. The first tenth is not measured. No parser of ours: it
// looks for the ends of requests alone.
#include <arpa/inet.h>
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
#include <string_view>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

// The length that a head tells of the body behind it; 0 if it tells none.
std::size_t body_size(std::string_view head) {
    constexpr std::string_view name = "\r\ncontent-length: ";
    for (std::size_t at = head.find('\r'); at != head.npos; at = head.find('\r', at + 1))
        if (head.size() - at > name.size() &&
            ::strncasecmp(head.data() + at, name.data(), name.size()) == 0)
            return std::strtoul(head.data() + at + name.size(), nullptr, 10);
    return 0;
}

// One connection of PROGRAM.
class Client {
  public:
    explicit Client(int fd) : fd_(fd) {
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(fd_); }

    // The next request, its body with it, until the next call; empty at the end.
    std::string_view read() {
        std::memmove(buffer_, buffer_ + used_, have_ - used_);
        have_ -= used_;
        used_ = 0;
        for (;;) {
            const std::string_view all(buffer_, have_);
            if (const std::size_t end = all.find("\r\n\r\n"); end != all.npos) {
                const std::size_t size = end + 4 + body_size(all.substr(0, end + 2));
                if (have_ >= size) return {buffer_, used_ = size};
            }
            const ssize_t n = ::recv(fd_, buffer_ + have_, sizeof buffer_ - have_, 0);
            if (n <= 0) return {};
            have_ += static_cast<std::size_t>(n);
        }
    }

    void write(std::string_view bytes) const {
        if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(bytes.size()))
            fail("send");
    }

  private:
    const int fd_;
    std::size_t have_ = 0, used_ = 0;
    char buffer_[64 * 1024];
};

// A quarter of an hour from now, in milliseconds: later for each event, as Lambda's are.
std::string deadline() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return std::to_string((now.tv_sec + 900) * 1000L + now.tv_nsec / 1'000'000 + 1);
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
    const std::string before =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "
        "8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\nLambda-Runtime-Deadline-Ms: ";
    const std::string behind =
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
        Client client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        std::string_view request;
        while (done < count && !(request = client.read()).empty()) {
            if (request.find("/extension/") != request.npos) {
                client.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            } else if (request.starts_with("GET ")) {
                client.write(before + deadline() + behind);
            } else {
                if (request.find("200") == request.npos) fail("the answer");
                if (++done == warm) begin = cpu_of(program);
                client.write(accepted);
            }
        }
    }
    std::printf("%.3f\n", (cpu_of(program) - begin) / static_cast<double>(count - warm));
    // Not SIGTERM: who hears it may ask once more, of a listener that nobody accepts from any more.
    ::kill(program, SIGKILL);
    ::waitpid(program, nullptr, 0);
}
