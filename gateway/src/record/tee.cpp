// What stands between a handler and its client.
#include "record/tee.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace turngate::recording {

BodyTee::BodyTee(Body body, std::shared_ptr<Call> call)
    : body_(std::move(body)), call_(std::move(call)) {}

std::size_t BodyTee::read(std::span<char> into) {
    std::size_t n = 0;
    try {
        n = body_.read(into);
    } catch (...) {
        call_->request_body.fail();
        throw;
    }
    if (n > 0) {
        call_->request_body.add({into.data(), n});
    } else {
        call_->request_body.end();
        call_->has_trailers = call_->has_trailers || !body_.trailers().empty();
    }
    return n;
}

void ResponseTee::on_interim(int status, const Headers& headers) {
    next_.interim(status, headers);
}

void ResponseTee::on_head(int status, const Headers& headers) {
    call_.reply.status = status;
    call_.reply.headers = headers;
    call_.is_head_known = true;
    next_.relay();
    next_.status(status);
    next_.headers().merge(headers);
}

void ResponseTee::on_body(std::string_view chunk) {
    call_.reply_body.add(chunk);
    next_.write(chunk);
}

// The kernel copies the file where the door can have it so; what of it is kept is read besides.
void ResponseTee::on_file(int fd, std::uint64_t offset, std::uint64_t size) {
    next_.write_file(fd, offset, size);
    BodyCopy& copy = call_.reply_body;
    std::array<char, 64 * 1024> block;
    while (size > 0 && size <= copy.room()) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, block.size()));
        const ssize_t n = ::pread(fd, block.data(), wanted, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            call_.problem = "the file that was sent cannot be read again";
            return;
        }
        copy.add({block.data(), static_cast<std::size_t>(n)});
        offset += static_cast<std::uint64_t>(n);
        size -= static_cast<std::uint64_t>(n);
    }
    if (size > 0) copy.overflow();
}

void ResponseTee::on_trailers(const Headers& trailers) {
    call_.has_trailers = true;
    next_.trailers(trailers);
}

void ResponseTee::on_finish() {
    call_.reply_body.end();
    next_.finish();
}

RawConnection* ResponseTee::on_switch(const Headers& headers) {
    call_.reply.status = 101;
    call_.is_head_known = true;
    call_.problem = "the connection was switched to another protocol";
    return &next_.switch_protocols(headers);
}

}  // namespace turngate::recording
