#include "reply_buffer.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <utility>

#include <turngate/http/error.h>

namespace turngate {
namespace {

// Of a file while the reply still comes: between two of them it is seen that nobody waits any more.
constexpr std::uint64_t largest_part = 1u << 20;

constexpr std::chrono::hours for_ever{24 * 365};

}  // namespace

void ReplyBuffer::share(Parking* parking) {
    os::Fd ready(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!ready) throw std::system_error(errno, std::generic_category(), "eventfd");
    if (parking) watch_ = parking->watch(ready.get());
    ready_ = std::move(ready);
}

void ReplyBuffer::append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::unique_lock lock(mutex_);
    const bool is_shared = static_cast<bool>(ready_);
    const auto has_room = [&] {  // in memory, unless that would overtake the file
        return is_file_read() &&
               (memory_.empty() || memory_.size() + bytes.size() <= limits_.memory);
    };
    for (;;) {
        if (is_discarded_) return;
        if (is_abandoned_) throw Cancelled("nobody waits for the reply any more");
        if (!is_shared || has_room()) {
            memory_ += bytes;
            return wake();
        }
        if (append_to_file(bytes, lock)) return wake();
        room_.wait(lock, [&] { return is_abandoned_ || is_discarded_ || has_room(); });
    }
}

// False if it is full, or cannot be used.
bool ReplyBuffer::append_to_file(std::string_view bytes, std::unique_lock<std::mutex>& lock) {
    if (is_file_read()) file_read_ = file_end_ = 0;
    if (!may_use_file_ || limits_.file - file_end_ < bytes.size()) return false;
    const bool begins = file_end_ == 0;
    bool has_room = false;
    lock.unlock();  // who writes need not wait for the disk
    try {
        if (begins && taken_ > 0) {
            file_->clear();
            limits_.all_files.give_back(std::exchange(taken_, 0));
        }
        has_room = limits_.all_files.take(bytes.size());
        if (has_room) {
            taken_ += bytes.size();
            if (!file_) file_ = std::make_unique<SpoolFile>(limits_.directory);
            file_->append(bytes);
        }
        lock.lock();
        if (has_room) file_end_ = file_->size();
    } catch (const std::system_error& e) {
        remark_(e.what());
        lock.lock();
        may_use_file_ = false;
    }
    return has_room && may_use_file_;
}

void ReplyBuffer::end(std::exception_ptr failure) noexcept {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    is_ended_ = true;
    wake();
}

ReplyBuffer::Next ReplyBuffer::write_next(ResponseWriter& response) {
    std::unique_lock lock(mutex_);
    if (!memory_.empty()) {
        out_.clear();
        out_.swap(memory_);
        lock.unlock();
        room_.notify_one();
        response.write(out_);
        written_ += out_.size();
        return Next::written;
    }
    if (!is_file_read()) {
        const std::uint64_t left = file_end_ - file_read_;
        const std::uint64_t size = is_ended_ ? left : std::min(left, largest_part);
        lock.unlock();
        response.write_file(file_->fd(), file_read_, size);
        written_ += size;
        lock.lock();
        file_read_ += size;
        room_.notify_one();
        return Next::written;
    }
    if (is_ended_ && failure_) std::rethrow_exception(failure_);
    if (!is_ended_) is_waiting_ = true;
    return is_ended_ ? Next::end : Next::nothing;
}

void ReplyBuffer::wait() const {
    if (watch_) {
        watch_->wait(std::chrono::steady_clock::now() + for_ever);
    } else {
        pollfd news = {ready_.get(), POLLIN, 0};
        ::poll(&news, 1, -1);
    }
    eventfd_t count = 0;
    ::eventfd_read(ready_.get(), &count);
}

void ReplyBuffer::abandon() noexcept {
    const std::lock_guard lock(mutex_);
    is_abandoned_ = true;
    room_.notify_one();
}

bool ReplyBuffer::discard() noexcept {
    const std::lock_guard lock(mutex_);
    is_discarded_ = true;
    room_.notify_one();
    is_waiting_ = !is_ended_;
    return is_waiting_;
}

std::size_t ReplyBuffer::in_memory() const {
    const std::lock_guard lock(mutex_);
    return memory_.size();
}

// Under the mutex.
void ReplyBuffer::wake() noexcept {
    if (std::exchange(is_waiting_, false)) ::eventfd_write(ready_.get(), 1);
}

}  // namespace turngate
