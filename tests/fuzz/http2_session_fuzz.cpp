// A connection of HTTP/2: whatever a client sends, what it gets are whole frames, none of a stream
// that has ended, and all room for output is given back.
// covers: gateway/src/net/http2_link.cpp gateway/src/net/http2_session.cpp
// covers: gateway/src/net/http2_exchange.cpp gateway/src/net/http2_work.cpp
// covers: gateway/src/net/http2_stream.cpp gateway/src/net/http2_head.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "fuzz/fuzzed_session.h"
#include "net/http2_session.h"
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

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

}  // namespace

// The first byte says in which pieces the others come, behind the preface; the second what happens
// besides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = data[0] == 0 ? size : data[0] * 4u;
    const unsigned besides = data[1];
    std::string_view input(reinterpret_cast<const char*>(data + 2), size - 2);
    Frames frames;
    FuzzedSession run(
        to_handler(answer),
        [](net::Surroundings& door, std::unique_ptr<net::Connection> connection) {
            return std::make_shared<net::Http2Session>(door, std::move(connection),
                                                       std::string(preface));
        },
        [&](std::string_view bytes) { frames.take(bytes); });
    net::Session& session = run.session();
    bool goes_on = run.go_on(session.ready({}));
    while (goes_on && !input.empty()) {
        const std::string_view part = input.substr(0, piece);
        input.remove_prefix(part.size());
        goes_on = run.send(part, (besides & 1) != 0);
        if ((besides & 2) != 0 && goes_on) goes_on = run.go_on(session.expired());
    }
    if ((besides & 4) != 0) run.door().is_stopping = true;
    if ((besides & 8) != 0) session.cancel();
    if (goes_on) goes_on = run.go_on(session.stopping());
    if ((besides & 16) != 0) run.leave();
    if (goes_on) run.go_on(session.ready({.peer_ended = (besides & 16) != 0}));
    return 0;
}
