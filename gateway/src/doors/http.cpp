// Live HTTP/1.1, one request a connection.
#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <poll.h>
#include <random>
#include <stop_token>
#include <sys/socket.h>
#include <system_error>
#include <thread>

#include "chunked_body.h"
#include "connection.h"
#include <turngate/doors/http.h>
#include <turngate/handlers/middleware.h>
#include <turngate/http/serve.h>
#include <turngate/http1/head_parser.h>
#include <turngate/http1/write_head.h>
#include <turngate/os/socket.h>

namespace turngate {
namespace {

using Clock = Connection::Clock;

std::string new_request_id() {
    thread_local std::mt19937_64 random(std::random_device{}());
    std::array<char, 17> text;
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(random()));
    return text.data();
}

class Server final : public HttpDoor {
  public:
    explicit Server(HttpOptions options)
        : options_(std::move(options)),
          listener_(options_.inherited.empty()
                        ? os::listen_on(os::Address::parse(options_.listen.at(0)))
                        : os::Fd(options_.inherited.front())) {
        os::set_nonblocking(listener_.get());
        limits_.start_line = options_.request_line;
        limits_.section = options_.header_size;
        limits_.fields = options_.header_count;
        limits_.body = options_.max_body;
        address_ = os::local_address(listener_.get()).text();
    }

    std::vector<std::string> addresses() const override { return {address_}; }
    void replace(HandlerPtr) override {}
    void stop() noexcept override { stopped_.signal(); }

    int serve(HandlerPtr handler) override {
        handler = limit_body(options_.max_body)(std::move(handler));
        if (options_.request_timeout.count() > 0)
            handler = timeout(options_.request_timeout)(std::move(handler));
        for (bool is_stopped = false; !is_stopped;) {
            pollfd events[] = {{listener_.get(), POLLIN, 0}, {stopped_.fd(), POLLIN, 0}};
            if (::poll(events, 2, -1) < 0) continue;  // EINTR
            is_stopped = events[1].revents != 0;
            try {
                // When stopped, who has connected is served still.
                while (os::Fd fd = os::accept_from(listener_.get()))
                    begin(std::move(fd), handler);
            } catch (const std::system_error&) {
                ::poll(events + 1, 1, 100);  // out of descriptors or threads: others must end first
            }
        }
        listener_.reset();
        std::unique_lock lock(mutex_);
        auto done = [&] { return active_ == 0; };
        if (!ended_.wait_for(lock, options_.drain_timeout, done)) {
            cancel_.request_stop();
            ended_.wait(lock, done);
        }
        return 0;
    }

  private:
    // Gives the connection a thread, or tells the client to come again.
    void begin(os::Fd fd, const HandlerPtr& handler) {
        {
            std::lock_guard lock(mutex_);
            if (active_ >= options_.max_connections) {
                constexpr std::string_view busy =
                    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: "
                    "close\r\nContent-Length: 0\r\n\r\n";
                ::send(fd.get(), busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
                return;
            }
            ++active_;
        }
        auto end = [this] {
            std::lock_guard lock(mutex_);
            --active_;
            ended_.notify_all();  // under the lock: serve() may return at once
        };
        try {
            std::thread([this, end, handler = handler, connection = std::move(fd)]() mutable {
                try {
                    Connection owner(std::move(connection), options_);
                    talk(owner, *handler);
                } catch (const std::exception&) {  // the client has gone
                }
                handler.reset();  // it may not outlive serve()
                end();
            }).detach();
        } catch (...) {
            end();
            throw;
        }
    }

    void talk(Connection& connection, const Handler& handler) {
        http1::RequestHeadParser parser(limits_);
        std::array<char, 16 * 1024> block;
        const auto until = Clock::now() + options_.header_timeout;
        std::string_view bytes;
        auto progress = http1::Progress::more;
        bool is_begun = false;
        while (progress == http1::Progress::more) {
            const auto n = connection.receive(block, until);
            if (!n && is_begun)
                return refuse(connection, {408, "the request head did not come in time"});
            if (!n || *n == 0) return;
            is_begun = true;
            bytes = {block.data(), *n};
            progress = parser.feed(bytes);
        }
        if (progress == http1::Progress::failed) return refuse(connection, parser.error());
        http1::RequestHead head = parser.take();
        answer(connection, handler, std::move(head), std::string(bytes));
    }

    void answer(Connection& connection, const Handler& handler, http1::RequestHead head,
                std::string early) {
        Request request = Request::make(head.method, head.target, {}, std::move(head.headers));
        if (request.url.host.empty()) request.url.host = request.headers.get("Host");
        request.protocol = head.version == http1::Version::http11 ? "HTTP/1.1" : "HTTP/1.0";
        request.remote_address = os::peer_host(connection.fd());
        request.body = receive_body(connection, head, std::move(early));
        request.headers.remove("Transfer-Encoding");  // the body is decoded
        Context& context = request.context;
        context.request_id = new_request_id();
        context.reporter = options_.reporter;
        context.stop = cancel_.get_token();
        HttpSink sink(connection, head.version, request.method == "HEAD");
        ResponseWriter response(sink, request.method);
        const Outcome outcome = turngate::serve(handler, request, response);
        connection.end_output();  // the client need not wait for deferred tasks
        settle(context, outcome);
    }

    Body receive_body(Connection& connection, const http1::RequestHead& head, std::string early) {
        const bool is_chunked = head.framing.kind == http1::Framing::Kind::chunked;
        const auto size = is_chunked ? UINT64_MAX : head.framing.length;
        if (size == 0) return {};
        auto source = std::make_unique<ConnectionBody>(
            connection, std::move(early), size, head.expects_continue, options_.body_timeout);
        if (!is_chunked) return {std::move(source), size};
        return {std::make_unique<ChunkedBody>(std::move(source), limits_), std::nullopt};
    }

    static void refuse(Connection& connection, const http1::HeadError& error) {
        const std::string body = error.message + "\n";
        std::string reply;
        http1::write_reply_head(reply, error.status,
                                {{"Content-Type", "text/plain; charset=utf-8"},
                                 {"Content-Length", std::to_string(body.size())},
                                 {"Connection", "close"}});
        connection.send(reply + body);
    }

    const HttpOptions options_;
    http1::Limits limits_;
    os::Fd listener_;
    std::string address_;
    os::WakeUp stopped_;
    std::stop_source cancel_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t active_ = 0;  // under mutex_
};

}  // namespace

std::unique_ptr<HttpDoor> http_door(HttpOptions options) {
    return std::make_unique<Server>(std::move(options));
}

}  // namespace turngate
