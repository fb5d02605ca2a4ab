// The data of a request body that comes in chunks.
#include "chunked_body.h"

#include <algorithm>

namespace turngate {

ChunkedBody::ChunkedBody(std::unique_ptr<BodySource> coded, const http1::Limits& limits)
    : coded_(std::move(coded)), decoder_(limits) {}

std::size_t ChunkedBody::read(std::span<char> into) {
    while (data_.empty() && !is_done_) {
        if (rest_.empty()) {
            const std::size_t n = coded_->read(buffer_);
            if (n == 0) throw HttpError(400, "the request body ended before its last chunk");
            rest_ = {buffer_.data(), n};
        }
        const http1::Progress progress = decoder_.feed(rest_, data_);
        if (progress == http1::Progress::failed)
            throw HttpError(decoder_.error().status, decoder_.error().message);
        is_done_ = progress == http1::Progress::done;
    }
    const std::size_t n = std::min(into.size(), data_.size());
    std::copy_n(data_.data(), n, into.data());
    data_.remove_prefix(n);
    return n;
}

}  // namespace turngate
