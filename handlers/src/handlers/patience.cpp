#include "patience.h"

#include <algorithm>

#include <turngate/http/error.h>

namespace turngate {

using std::chrono::milliseconds;

Patience::Patience(const Context& context, milliseconds longest)
    : context_(context), until_(Clock::now() + longest) {
    const auto left = context.remaining();
    if (!left) return;
    // Early enough that the answer is still of use to the client.
    const auto last = *context.deadline - std::min<milliseconds>(*left / 10, milliseconds(500));
    is_deadline_ = last < until_;
    until_ = std::min(until_, last);
}

void Patience::give_up(const std::string& reason) const {
    if (context_.stop.stop_requested()) throw Cancelled("cancelled while " + reason);
    throw HttpError(is_deadline_ ? 504 : 503, reason);
}

}  // namespace turngate
