// Reading a body blocks, and so does sending it: neither may keep the reply from being read.
#include "upstream_upload.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "upstream_fields.h"
#include <turngate/http/error.h>

namespace turngate {
namespace {

constexpr std::size_t room_for_size = 18;  // 16 digits and a line end
constexpr std::size_t room_for_end = 2;

// Makes a chunk of the `size` bytes behind the room at the front of `block`, in place.
std::string_view framed(std::span<char> block, std::size_t size) {
    std::array<char, 16> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    const auto count = static_cast<std::size_t>(end - digits.data());
    char* const begin = block.data() + room_for_size - 2 - count;
    std::copy_n(digits.data(), count, begin);
    std::copy_n("\r\n", 2, begin + count);
    std::copy_n("\r\n", room_for_end, block.data() + room_for_size + size);
    return {begin, count + 2 + size + room_for_end};
}

std::string last_chunk(const Headers& trailers) {
    std::string out = "0\r\n";
    for (const auto& [name, value] : passed_on_trailers(trailers))
        out.append(name).append(": ").append(value).append("\r\n");
    return out + "\r\n";
}

}  // namespace

UpstreamUpload::UpstreamUpload(UpstreamConnection& connection, Body& body, Parts parts,
                               Clock::time_point until)
    : connection_(connection), body_(body), parts_(parts), until_(until) {
    connection_.sends(true);
    thread_ = std::thread([this] { run(); });
}

UpstreamUpload::~UpstreamUpload() {
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::ended) connection_.reset();
    }
    thread_.join();
}

bool UpstreamUpload::has_ended() {
    constexpr std::chrono::milliseconds moment{100};
    std::unique_lock lock(mutex_);
    if (state_ == State::sending_last)
        changed_.wait_for(lock, moment, [&] { return state_ != State::sending_last; });
    return state_ == State::ended;
}

void UpstreamUpload::check() const {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
}

void UpstreamUpload::run() noexcept {
    try {
        send_everything();
        connection_.sends(false);
        become(State::ended);
    } catch (const std::system_error&) {
        become(State::refused);
    } catch (...) {
        {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
        }
        become(State::failed);
        connection_.shut();  // nobody need wait for a reply to half a request
    }
}

void UpstreamUpload::send_everything() {
    send(parts_.head);
    const bool is_here = body_.arrived() && !parts_.is_chunked;
    if (is_here) become(State::sending_last);
    send(parts_.bytes);
    if (is_here) return;

    const std::optional<std::uint64_t> size = parts_.is_chunked ? std::nullopt : body_.size();
    std::vector<char> block(UpstreamConnection::block_size);
    const std::span<char> room =
        std::span(block).subspan(room_for_size, block.size() - room_for_size - room_for_end);
    std::uint64_t all = 0;
    while (const std::size_t n = body_.read(room)) {
        all += n;
        if (all == size) become(State::sending_last);
        send(parts_.is_chunked ? framed(block, n) : std::string_view(room.data(), n));
    }
    if (!parts_.is_chunked) return;
    become(State::sending_last);
    send(last_chunk(body_.trailers()));
}

void UpstreamUpload::send(std::string_view bytes) {
    if (!connection_.send(bytes, until_))
        throw HttpError(504, "the upstream did not read the request in time");
}

void UpstreamUpload::become(State state) {
    const std::lock_guard lock(mutex_);
    state_ = state;
    changed_.notify_all();
}

}  // namespace turngate
