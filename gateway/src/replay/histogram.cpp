// Latencies in constant memory.
#include "replay/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace turngate::replay {
namespace {

constexpr int precision = 10;                         // bits kept below the leading one
constexpr std::uint64_t steps = 1u << precision;      // buckets to a power of two
constexpr std::uint64_t largest = (1ull << 42) - 1u;  // 73 minutes; more counts as this

std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < 2 * steps) return static_cast<std::size_t>(value);
    const int shift = static_cast<int>(std::bit_width(value)) - precision - 1;
    return static_cast<std::size_t>(static_cast<std::uint64_t>(shift) * steps + (value >> shift));
}

// The largest value that falls into the bucket.
std::uint64_t top_of(std::size_t bucket) noexcept {
    if (bucket < 2 * steps) return bucket;
    const std::uint64_t shift = bucket / steps - 1;
    return ((bucket % steps + steps + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(largest) + 1) {}

void Histogram::add(Duration value) noexcept {
    const std::int64_t n = std::max<std::int64_t>(value.count(), 0);
    ++buckets_[bucket_of(std::min(static_cast<std::uint64_t>(n), largest))];
    ++count_;
    max_ = std::max(max_, n);
}

void Histogram::merge(const Histogram& other) noexcept {
    std::transform(buckets_.begin(), buckets_.end(), other.buckets_.begin(), buckets_.begin(),
                   std::plus<>());
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

Histogram::Duration Histogram::percentile(double fraction) const noexcept {
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return Duration(std::min(static_cast<std::int64_t>(top_of(i)), max_));
    }
    return Duration(max_);
}

}  // namespace turngate::replay
