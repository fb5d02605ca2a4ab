// A connection of HTTP/2: whatever a client sends, what it gets are whole frames, none of a stream
// that has ended, and all room for output is given back.
// covers: gateway/src/net/http2_link.cpp gateway/src/net/http2_session.cpp
// covers: gateway/src/net/http2_exchange.cpp gateway/src/net/http2_work.cpp
// covers: gateway/src/net/http2_stream.cpp gateway/src/net/http2_head.cpp
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "net/http2_session.h"
#include "net/parking_lot.h"
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Nobody final : public net::Scheduler::Target {
  public:
    void on_event(std::uint64_t, std::uint32_t, bool) override {}
    void on_tick() override {}
    std::chrono::milliseconds tick_length() const override { return {}; }
};

// The length of the path says what is done.
void answer(Request& request, ResponseWriter& response) {
    switch (request.url.path.size() % 6) {
        case 1:
            response.write(request.body.text());
            break;
        case 2:
            response.write(std::string(100'000, 'x'));
            break;
        case 3:
            response.interim(103, {{"Link", "</a>"}});
            response.trailers({{"X-T", "u"}});
            response.write("body");
            response.flush();
            break;
        case 4:
            response.status(404).write("not read");
            break;
        case 5:
            response.write("half");
            response.flush();
            throw std::runtime_error("late");
        default:
            break;
    }
}

// What the client gets.
class Frames {
  public:
    void take(std::string_view bytes) {
        bytes_ += bytes;
        while (bytes_.size() >= head_size) {
            const std::size_t size = number(0, 3);
            if (size > (1u << 24) - 1 || bytes_.size() < head_size + size) return;
            check(number(3, 1), number(4, 1), number(5, 4));
            bytes_.erase(0, head_size + size);
        }
    }

  private:
    static constexpr std::size_t head_size = 9;

    std::uint32_t number(std::size_t at, std::size_t size) const {
        std::uint32_t value = 0;
        for (std::size_t i = at; i < at + size; ++i)
            value = value << 8 | static_cast<unsigned char>(bytes_[i]);
        return value;
    }

    void check(std::uint32_t type, std::uint32_t flags, std::uint32_t stream) {
        constexpr std::uint32_t data = 0, headers = 1, rst_stream = 3, settings = 4, ping = 6,
                                goaway = 7, window_update = 8, continuation = 9;
        const bool is_of_connection = type == settings || type == ping || type == goaway;
        const bool is_of_stream =
            type == data || type == headers || type == rst_stream || type == continuation;
        if (!is_of_connection && !is_of_stream && type != window_update) std::abort();
        if ((is_of_connection && stream != 0) || (is_of_stream && stream % 2 == 0)) std::abort();
        if ((type == data || type == headers) && ended_.contains(stream)) std::abort();
        const bool ends = (type == data || type == headers) && (flags & 1) != 0;
        if (ends || type == rst_stream) ended_.insert(stream);
    }

    std::string bytes_;
    std::set<std::uint32_t> ended_;
};

struct Run {
    // Nobody waits: what is not there at once does not come in time.
    HttpOptions options{.header_timeout = {},
                        .body_timeout = {},
                        .write_timeout = {},
                        .idle_timeout = {},
                        .max_body = 50'000};
    Nobody nobody;
    std::unique_ptr<net::Scheduler> scheduler = std::make_unique<net::Scheduler>(nobody, 4);
    net::StackPool stacks;
    net::ParkingLot parking{*scheduler, stacks};
    net::Surroundings door{
        .options = options,
        .limits = {.start_line = 500, .section = 2000, .fields = 20, .body = options.max_body},
        .scheduler = *scheduler,
        .stacks = stacks,
        .parking = parking};
    os::Fd client;
    std::shared_ptr<net::Http2Session> session;
    Frames frames;

    Run() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0) std::abort();
        client = os::Fd(ends[0]);
        static const HandlerPtr handler = to_handler(answer);
        door.handler = handler;
        session = std::make_shared<net::Http2Session>(
            door,
            std::make_unique<net::Connection>(os::Fd(ends[1]), scheduler->epoll(), 1ull << 32),
            std::string(preface));
    }

    // False when the session has ended.
    bool go_on(net::Step step) {
        while (step.kind != net::Step::Kind::close) {
            if (read_all(); !step.afterwards) return true;
            step.afterwards();
            read_all();
            step = session->ready({});
        }
        read_all();
        return false;
    }

    void read_all() {
        static std::array<char, 64 * 1024> block;
        for (;;) {
            const ssize_t n = ::recv(client.get(), block.data(), block.size(), 0);
            if (n <= 0) return;
            frames.take({block.data(), static_cast<std::size_t>(n)});
        }
    }

    bool send(std::string_view bytes, bool is_express) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
            if (!go_on(session->ready({.is_express = is_express}))) return false;
        }
        return true;
    }
};

}  // namespace

// The first byte says in which pieces the others come, behind the preface; the second what happens
// besides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = data[0] == 0 ? size : data[0] * 4u;
    const unsigned besides = data[1];
    std::string_view input(reinterpret_cast<const char*>(data + 2), size - 2);
    Run run;
    const std::int64_t room = run.door.room_for_output;
    bool goes_on = run.go_on(run.session->ready({}));
    while (goes_on && !input.empty()) {
        const std::string_view part = input.substr(0, piece);
        input.remove_prefix(part.size());
        goes_on = run.send(part, (besides & 1) != 0);
        if ((besides & 2) != 0 && goes_on) goes_on = run.go_on(run.session->expired());
    }
    if ((besides & 4) != 0) run.door.is_stopping = true;
    if ((besides & 8) != 0) run.session->cancel();
    if (goes_on) goes_on = run.go_on(run.session->stopping());
    if ((besides & 16) != 0) run.client.reset();
    if (goes_on) run.go_on(run.session->ready({.peer_ended = (besides & 16) != 0}));
    run.session.reset();
    run.scheduler.reset();  // and jobs that it has
    if (run.door.room_for_output != room) std::abort();
    return 0;
}
