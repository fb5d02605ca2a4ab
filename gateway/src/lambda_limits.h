// How much AWS Lambda takes (AWS, "Lambda quotas"), in bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace turngate::lambda_limits {

inline constexpr std::size_t event = 6'291'456;         // of a call that waits for the reply
inline constexpr std::size_t queued_event = 1'048'576;  // of X-Amz-Invocation-Type: Event
inline constexpr std::size_t reply = 6'291'556;         // 6 MiB and 100
inline constexpr std::uint64_t stream = 200u << 20;     // of a reply that is streamed

}  // namespace turngate::lambda_limits
