// A connection of the FastCGI door: whatever a web server sends, in whatever pieces, what it gets
// are whole records.
//
// covers: gateway/src/net/fcgi_session.cpp gateway/src/net/fcgi_records.cpp
// covers: gateway/src/net/fcgi_work.cpp gateway/src/net/fcgi_exchange.cpp
// covers: gateway/src/net/fcgi_notices.cpp gateway/src/net/cgi_mapping.cpp
// covers: gateway/src/net/fcgi_output.cpp handlers/src/fcgi/record.cpp
// covers: handlers/src/fcgi/pairs.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/fuzzed_session.h"
#include "net/fcgi_session.h"
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

// Records of output, ends of requests, and what is said about the connection.
void check(std::string_view records, bool is_whole) {
    constexpr int end_request = 3, output = 6, error = 7, values = 10, unknown = 11;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(records[i]); };
    constexpr std::size_t head_size = 8;
    while (records.size() >= head_size) {
        const int type = byte(1);
        const std::size_t id = byte(2) * 256u + byte(3), content = byte(4) * 256u + byte(5);
        const bool is_of_connection = type == values || type == unknown;
        if (byte(0) != 1 || is_of_connection != (id == 0)) std::abort();
        if (!is_of_connection && type != output && type != error && type != end_request)
            std::abort();
        if (type == error && content != 0) std::abort();
        if ((type == end_request || type == unknown) && content != 8) std::abort();
        const std::size_t size = head_size + content + byte(6);
        if (records.size() < size) break;
        records.remove_prefix(size);
    }
    if (is_whole && !records.empty()) std::abort();
}

// Each bit of `besides` has a meaning of its own.
void run(std::string_view input, std::size_t piece, bool defers, unsigned besides) {
    static const HandlerPtr handler = to_handler(answer);
    static const FastcgiOptions options;
    static net::FcgiNotices notices(nullptr);
    std::string output;
    FuzzedSession fuzzed(
        handler,
        [](net::Surroundings& door, std::unique_ptr<net::Connection> connection) {
            return std::make_shared<net::FcgiSession>(door, options, notices,
                                                      std::move(connection));
        },
        [&](std::string_view bytes) { output += bytes; });
    net::Session& session = fuzzed.session();
    if (defers) fuzzed.defer();
    bool goes_on = fuzzed.go_on(session.ready({}));
    while (goes_on && !input.empty()) {
        const std::string_view part = input.substr(0, piece);
        input.remove_prefix(part.size());
        goes_on = fuzzed.send(part, (besides & 1) != 0);
        if ((besides & 2) != 0 && goes_on) goes_on = fuzzed.go_on(session.expired());
    }
    if (defers && goes_on) goes_on = fuzzed.run_waiting();
    if ((besides & 4) != 0) fuzzed.door().is_stopping = true;
    if ((besides & 8) != 0) session.cancel();
    goes_on = goes_on && fuzzed.go_on(session.stopping());
    if ((besides & 16) != 0) fuzzed.leave();
    if (goes_on) fuzzed.go_on(session.ready({.peer_ended = (besides & 16) != 0}));
    check(output, goes_on);
}

}  // namespace

// The first byte says in which pieces the others come; the second what happens besides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = data[0] + 1u;
    const unsigned besides = data[1];
    const std::string_view input(reinterpret_cast<const char*>(data + 2), size - 2);
    run(input, piece, false, besides);
    run(input, piece, true, besides);
    return 0;
}
