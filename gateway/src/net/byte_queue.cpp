// A string whose front is given up now and then.
#include "net/byte_queue.h"

#include <algorithm>
#include <utility>

namespace turngate::net {

std::size_t ByteQueue::take(char* into, std::size_t room) noexcept {
    const std::size_t n = std::min(room, size());
    std::copy_n(bytes_.data() + taken_, n, into);
    taken_ += n;
    if (taken_ == bytes_.size()) {
        bytes_.clear();
        taken_ = 0;
    } else if (taken_ > bytes_.size() / 2) {
        bytes_.erase(0, std::exchange(taken_, 0));
    }
    return n;
}

std::string ByteQueue::take_all() {
    bytes_.erase(0, std::exchange(taken_, 0));
    return std::exchange(bytes_, {});
}

}  // namespace turngate::net
