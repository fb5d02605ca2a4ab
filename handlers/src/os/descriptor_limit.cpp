// RLIMIT_NOFILE, raised once for all.
#include <algorithm>
#include <atomic>
#include <sys/resource.h>

#include <turngate/os/descriptor_limit.h>

namespace turngate::os {
namespace {

std::atomic<std::size_t> original = 0;

}  // namespace

std::size_t raise_descriptor_limit(std::size_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
    if (limit.rlim_cur <= before) return before;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
    std::size_t none = 0;
    original.compare_exchange_strong(none, before);
    return limit.rlim_cur;
}

std::size_t original_descriptor_limit() noexcept {
    return original;
}

}  // namespace turngate::os
