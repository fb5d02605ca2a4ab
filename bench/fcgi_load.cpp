// fcgi_load [--keep] SOCKET: for two seconds asks the FastCGI application that listens on this Unix
// socket, over 64 connections at a time, and prints how many requests it has answered. What nginx
// would send is sent in one piece; anything but whole replies with status 200 is a failure.
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <turngate/fcgi/record.h>
#include <turngate/fcgi/write.h>
#include <turngate/os/fd.h>

namespace {

using namespace turngate;
using Clock = std::chrono::steady_clock;

constexpr std::size_t connections = 64;
constexpr std::chrono::seconds duration{2};
constexpr std::uint16_t request_id = 1;

// As nginx has them for "GET /hello" of wrk.
constexpr std::array<fcgi::Pair, 21> variables = {{
    {"QUERY_STRING", ""},
    {"REQUEST_METHOD", "GET"},
    {"CONTENT_TYPE", ""},
    {"CONTENT_LENGTH", ""},
    {"SCRIPT_FILENAME", "/hello"},
    {"SCRIPT_NAME", "/hello"},
    {"REQUEST_URI", "/hello"},
    {"DOCUMENT_URI", "/hello"},
    {"DOCUMENT_ROOT", "/srv/www"},
    {"SERVER_PROTOCOL", "HTTP/1.1"},
    {"REQUEST_SCHEME", "http"},
    {"GATEWAY_INTERFACE", "CGI/1.1"},
    {"SERVER_SOFTWARE", "nginx"},
    {"REMOTE_ADDR", "127.0.0.1"},
    {"REMOTE_PORT", "40000"},
    {"SERVER_ADDR", "127.0.0.1"},
    {"SERVER_PORT", "8080"},
    {"SERVER_NAME", "localhost"},
    {"REDIRECT_STATUS", "200"},
    {"HTTP_HOST", "127.0.0.1:8080"},
    {"HTTP_USER_AGENT", "fcgi_load"},
}};

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string request(bool is_kept) {
    std::string out;
    fcgi::append_begin_request(out, request_id,
                               {.role = fcgi::Role::responder, .keeps_connection = is_kept});
    fcgi::ParamsWriter params(out, request_id);
    for (const auto& [name, value] : variables)
        params.add(name, value);
    params.finish();
    fcgi::append_end_of_stream(out, fcgi::Type::standard_input, request_id);
    return out;
}

// An application need not name the status 200.
void check_output(std::string_view output) {
    const std::size_t end = output.find("\r\n\r\n");
    const std::size_t status = output.substr(0, end).find("Status:");
    if (end == output.npos || end + 4 == output.size() ||
        (status != output.npos && !output.substr(status).starts_with("Status: 200")))
        throw std::runtime_error("this is no page: " + std::string(output));
}

struct Client {
    os::Fd socket;
    fcgi::RecordReader reader;
    std::string output;
};

class Load {
  public:
    Load(std::string_view path, bool is_kept)
        : is_kept_(is_kept), request_(request(is_kept)), epoll_(::epoll_create1(0)) {
        if (path.size() >= sizeof address_.sun_path) throw std::runtime_error("too long a path");
        address_.sun_family = AF_UNIX;
        path.copy(address_.sun_path, path.size());
    }

    void run() {
        for (Client& client : clients_) {
            connect(client);
            ask(client);
        }
        const auto begin = Clock::now();
        std::array<epoll_event, connections> events;
        while (Clock::now() < begin + duration) {
            const int n = ::epoll_wait(epoll_.get(), events.data(), connections, 5000);
            if (n <= 0) throw std::runtime_error("no answer comes");
            for (int i = 0; i < n; ++i)
                receive(*static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr));
        }
        const std::chrono::duration<double> lasted = Clock::now() - begin;
        std::printf("%zu requests\n%.0f requests/s\n", answered_,
                    static_cast<double>(answered_) / lasted.count());
    }

  private:
    void connect(Client& client) {
        client.socket.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto* address = reinterpret_cast<const sockaddr*>(&address_);
        if (::connect(client.socket.get(), address, sizeof address_) != 0) fail("connect");
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &client;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.socket.get(), &event) != 0)
            fail("epoll_ctl");
    }

    void ask(const Client& client) {
        const ssize_t n =
            ::send(client.socket.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
        if (n != static_cast<ssize_t>(request_.size())) fail("send");
    }

    void receive(Client& client) {
        const ssize_t n = ::recv(client.socket.get(), block_.data(), block_.size(), 0);
        if (n < 0) fail("recv");
        if (n == 0) throw std::runtime_error("a connection was closed within a reply");
        std::string_view bytes(block_.data(), static_cast<std::size_t>(n));
        using Result = fcgi::RecordReader::Result;
        fcgi::RecordReader::Piece piece;
        for (Result result; (result = client.reader.next(bytes, piece)) != Result::more;) {
            if (result == Result::failed) throw std::runtime_error(client.reader.error());
            if (!take(client, piece)) continue;
            if (!bytes.empty()) throw std::runtime_error("more came than a reply");
            if (!is_kept_) connect(client);
            return ask(client);
        }
    }

    // True at the end of a reply.
    bool take(Client& client, const fcgi::RecordReader::Piece& piece) {
        if (piece.header.request_id != request_id)
            throw std::runtime_error("a record of another request came");
        if (piece.header.type == fcgi::Type::standard_output) {
            client.output += piece.content;
            return false;
        }
        const auto end = fcgi::read_end_request(piece.content);
        if (piece.header.type != fcgi::Type::end_request || !end || end->app_status != 0 ||
            end->protocol_status != fcgi::ProtocolStatus::request_complete)
            throw std::runtime_error("a request did not end well");
        check_output(client.output);
        client.output.clear();
        ++answered_;
        return true;
    }

    const bool is_kept_;
    const std::string request_;
    const os::Fd epoll_;
    sockaddr_un address_{};
    std::vector<Client> clients_{connections};
    std::array<char, 64 * 1024> block_;
    std::size_t answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
    const bool is_kept = argc == 3 && std::strcmp(argv[1], "--keep") == 0;
    if (argc != 2 && !is_kept) throw std::runtime_error("usage: fcgi_load [--keep] SOCKET");
    Load(argv[argc - 1], is_kept).run();
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "fcgi_load: %s\n", e.what());
    return 1;
}
