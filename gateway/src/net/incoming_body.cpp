// Counts a body of known length, or hands it to the decoder of chunks.
#include "net/incoming_body.h"

#include <algorithm>

#include "net/clean_headers.h"

namespace turngate::net {

namespace {

constexpr std::chrono::seconds grace{10};

}  // namespace

bool is_too_slow(std::chrono::milliseconds elapsed, std::uint64_t received,
                 std::uint64_t pace) noexcept {
    return elapsed > grace && received < pace * static_cast<std::uint64_t>(elapsed.count()) / 1000;
}

IncomingBody::IncomingBody(const http1::Framing& framing, const http1::Limits& limits) {
    if (framing.kind == http1::Framing::Kind::chunked) {
        decoder_.emplace(limits);
        return;
    }
    size_ = left_ = framing.length;
    is_done_ = left_ == 0;
}

http1::Progress IncomingBody::feed(std::string_view& bytes, std::string_view& data) {
    data = {};
    if (is_done_) return http1::Progress::done;
    if (decoder_) {
        const http1::Progress progress = decoder_->feed(bytes, data);
        is_done_ = progress == http1::Progress::done;
        return progress;
    }
    data = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    bytes.remove_prefix(data.size());
    left_ -= data.size();
    is_done_ = left_ == 0;
    return is_done_ ? http1::Progress::done : http1::Progress::more;
}

std::optional<std::uint64_t> IncomingBody::size() const noexcept {
    return decoder_ ? std::nullopt : std::optional(size_);
}

Headers IncomingBody::take_trailers(bool is_runtime) {
    Headers trailers = decoder_ ? decoder_->take_trailers() : Headers();
    clean_headers(trailers, false, is_runtime);
    return trailers;
}

}  // namespace turngate::net
