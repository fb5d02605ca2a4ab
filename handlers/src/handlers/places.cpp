#include "places.h"

namespace turngate {

Places::Taken Places::take(const std::stop_token& stop, Context::Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (free_ == 0) {
        if (may_wait_ == 0) return Taken::crowded;
        --may_wait_;
        const bool got = changed_.wait_until(lock, stop, deadline, [&] { return free_ > 0; });
        ++may_wait_;
        if (!got && stop.stop_requested()) throw Cancelled("the request was cancelled");
        if (!got) return Taken::late;
    }
    --free_;
    return Taken::yes;
}

void Places::give_back() {
    {
        std::lock_guard lock(mutex_);
        ++free_;
    }
    changed_.notify_one();
}

}  // namespace turngate
