#include "host/function_invocation.h"

#include <utility>

namespace turngate::host {
namespace {

constexpr std::size_t most_waiting = 256 * 1024;  // bytes of a stream that nobody has taken yet

}  // namespace

void FunctionInvocation::attend(const Notice* notice) {
    const std::lock_guard lock(mutex_);
    notice_ = notice;
}

FunctionInvocation::Stage FunctionInvocation::stage() const {
    const std::lock_guard lock(mutex_);
    return stage_;
}

bool FunctionInvocation::is_stream() const {
    const std::lock_guard lock(mutex_);
    return is_stream_;
}

std::string FunctionInvocation::stream_type() const {
    const std::lock_guard lock(mutex_);
    return stream_type_;
}

std::string FunctionInvocation::take_stream() {
    std::string out;
    {
        const std::lock_guard lock(mutex_);
        out.swap(piece_);
    }
    room_.notify_one();
    return out;
}

void FunctionInvocation::abandon() {
    {
        const std::lock_guard lock(mutex_);
        is_abandoned_ = true;
        piece_.clear();
    }
    room_.notify_one();
}

bool FunctionInvocation::claim() {
    const std::lock_guard lock(mutex_);
    return !std::exchange(is_claimed_, true);
}

void FunctionInvocation::end(InvocationResult result) {
    {
        const std::lock_guard lock(mutex_);
        result_ = std::move(result);
        stage_ = Stage::ended;
        tell();
    }
    room_.notify_one();
}

void FunctionInvocation::begin_stream(std::string content_type) {
    const std::lock_guard lock(mutex_);
    if (stage_ != Stage::running) return;
    is_stream_ = true;
    stream_type_ = std::move(content_type);
    stage_ = Stage::streaming;
    tell();
}

bool FunctionInvocation::stream(std::string_view bytes) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
        return is_abandoned_ || stage_ == Stage::ended || piece_.size() < most_waiting;
    });
    if (is_abandoned_ || stage_ == Stage::ended) return false;
    piece_ += bytes;
    tell();
    return true;
}

// Under the mutex: whoever leaves takes his notice along.
void FunctionInvocation::tell() const {
    if (notice_) notice_->signal();
}

}  // namespace turngate::host
