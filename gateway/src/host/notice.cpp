#include "host/notice.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <utility>

namespace turngate::host {
namespace {

constexpr std::size_t most_spare = 1024;

}  // namespace

Notice::Notice() = default;

void Notice::wait_by(Parking* parking) {
    if (parking_ == parking && (!watch_ || watch_->is_live())) return;
    parking_ = nullptr;
    watch_.reset();
    if (parking) watch_ = parking->watch(event_.fd());
    parking_ = parking;
}

void Notice::wait(Clock::time_point until) const {
    // Far enough not to overflow where it is added to.
    const auto latest = std::min(until, Clock::now() + std::chrono::hours(24));
    if (watch_) {
        watch_->wait(latest);
    } else {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(latest - Clock::now());
        pollfd news = {event_.fd(), POLLIN, 0};
        ::poll(&news, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX)));
    }
    event_.clear();
}

Notices::Lease Notices::take(Parking* parking) {
    std::unique_ptr<Notice> notice;
    {
        const std::lock_guard lock(mutex_);
        if (!spare_.empty()) {
            notice = std::move(spare_.back());
            spare_.pop_back();
        }
    }
    if (!notice) notice = std::make_unique<Notice>();
    notice->wait_by(parking);
    return {*this, std::move(notice)};
}

void Notices::give_back(std::unique_ptr<Notice> notice) noexcept {
    const std::lock_guard lock(mutex_);
    try {
        if (spare_.size() < most_spare) spare_.push_back(std::move(notice));
    } catch (const std::bad_alloc&) {  // then it is made anew
    }
}

}  // namespace turngate::host
