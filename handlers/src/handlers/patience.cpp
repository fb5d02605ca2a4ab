#include "patience.h"

#include <algorithm>

#include "exchange_rules.h"
#include <turngate/http/error.h>

namespace turngate {

using std::chrono::milliseconds;

Patience::Patience(const Context& context, milliseconds longest) : context_(context) {
    const auto now = Clock::now();
    // Early enough that the answer is still of use to the client.
    const auto last = answer_by(context, now, milliseconds(500));
    is_deadline_ = last < now + longest;
    until_ = std::min(now + longest, last);
}

void Patience::give_up(const std::string& reason) const {
    if (context_.stop.stop_requested()) throw Cancelled("cancelled while " + reason);
    throw HttpError(is_deadline_ ? 504 : 503, reason);
}

}  // namespace turngate
