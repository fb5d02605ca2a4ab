// The one place where the length of a request body is checked, whatever the door.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <turngate/http/body.h>

namespace turngate {
namespace {

[[noreturn]] void too_large(std::uint64_t limit) {
    throw HttpError(413, "the request body is larger than " + std::to_string(limit) + " bytes");
}

}  // namespace

Body::Body(std::unique_ptr<BodySource> source, std::optional<std::uint64_t> size)
    : source_(std::move(source)), size_(size) {}

Body::Body(std::string bytes, Headers trailers) : Body(std::move(bytes)) {
    if (!trailers.empty()) trailers_ = std::make_unique<const Headers>(std::move(trailers));
}

Body::Body(Body&& other) noexcept
    : source_(std::move(other.source_)),
      buffer_(std::move(other.buffer_)),
      offset_(std::exchange(other.offset_, 0)),
      size_(std::exchange(other.size_, 0)),
      received_(std::exchange(other.received_, 0)),
      limit_(std::exchange(other.limit_, UINT64_MAX)),
      trailers_(std::move(other.trailers_)) {
    other.buffer_.clear();
}

Body& Body::operator=(Body&& other) noexcept {
    if (this == &other) return *this;
    source_ = std::move(other.source_);
    buffer_ = std::move(other.buffer_);
    offset_ = std::exchange(other.offset_, 0);
    size_ = std::exchange(other.size_, 0);
    received_ = std::exchange(other.received_, 0);
    limit_ = std::exchange(other.limit_, UINT64_MAX);
    trailers_ = std::move(other.trailers_);
    other.buffer_.clear();
    return *this;
}

const Headers& Body::trailers() const& noexcept {
    static const Headers none;
    return trailers_ ? *trailers_ : none;
}

void Body::limit(std::uint64_t bytes) {
    limit_ = std::min(limit_, bytes);
    if (std::max<std::uint64_t>(size_.value_or(0), received_) > limit_) too_large(limit_);
}

void Body::interrupt(std::stop_token stop) {
    if (source_) source_->interrupt(std::move(stop));
}

std::size_t Body::read(std::span<char> into) {
    if (offset_ == buffer_.size()) return receive(into);
    const std::size_t n = std::min(into.size(), buffer_.size() - offset_);
    std::memcpy(into.data(), buffer_.data() + offset_, n);
    offset_ += n;
    return n;
}

const std::string& Body::text(std::size_t limit) & {
    if (source_ && size_ && *size_ > limit) too_large(limit);  // no use reading it
    if (offset_ > 0) buffer_.erase(0, std::exchange(offset_, 0));
    if (source_ && size_)  // as declared, but a client that lies must not cost much
        buffer_.reserve(buffer_.size() + static_cast<std::size_t>(std::min<std::uint64_t>(
                                             *size_ - received_, 1u << 20)));
    char block[16 * 1024];
    while (source_ && buffer_.size() <= limit)
        buffer_.append(block, receive(block));
    if (buffer_.size() > limit) too_large(limit);
    return buffer_;
}

std::size_t Body::receive(std::span<char> into) {
    if (!source_) return 0;
    if (std::max<std::uint64_t>(size_.value_or(0), received_) > limit_) too_large(limit_);
    const std::size_t n = source_->read(into);
    received_ += n;
    if (size_ && received_ > *size_)
        throw HttpError(400, "the request body is longer than its declared length");
    if (received_ > limit_) too_large(limit_);
    if (n == 0) {
        if (size_ && received_ < *size_)
            throw HttpError(400, "the request body ended before its declared length");
        if (Headers fields = source_->take_trailers(); !fields.empty())
            trailers_ = std::make_unique<const Headers>(std::move(fields));
        source_.reset();
    }
    return n;
}

}  // namespace turngate
