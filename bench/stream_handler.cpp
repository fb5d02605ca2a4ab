// What the streaming benchmark downloads: ?mode=ticks tells when each piece was flushed, anything
// else is so many bytes written 64 KiB at a time.
#include <charconv>
#include <chrono>
#include <string>
#include <thread>

#include <turngate/handlers/plugin.h>

namespace {

constexpr int ticks = 50;
constexpr std::size_t piece_size = 64 * 1024;

// The clock is the one that Python's monotonic_ns() reads.
void tell_time(turngate::ResponseWriter& response) {
    for (int tick = 0; tick < ticks; ++tick) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        response.write(std::to_string(std::chrono::nanoseconds(now).count()) + "\n");
        response.flush();
    }
}

void write_bytes(std::uint64_t size, turngate::ResponseWriter& response) {
    response.header("Content-Length", std::to_string(size));
    static const std::string piece(piece_size, 'x');  // a thousand may be in here at once
    for (; size > 0; size -= std::min<std::uint64_t>(size, piece.size()))
        response.write(std::string_view(piece).substr(0, size));
}

turngate::HandlerPtr create(std::string_view) {
    return turngate::to_handler([](turngate::Request& request, turngate::ResponseWriter& response) {
        response.header("Content-Type", "application/octet-stream");
        if (request.query("mode") == "ticks") return tell_time(response);
        const std::string size = request.query("size", "0");
        std::uint64_t bytes = 0;
        std::from_chars(size.data(), size.data() + size.size(), bytes);
        write_bytes(bytes, response);
    });
}

}  // namespace

TURNGATE_PLUGIN("bench-stream", create)
