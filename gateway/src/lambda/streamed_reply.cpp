#include "lambda/streamed_reply.h"

#include <algorithm>

#include <turngate/events/reply.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

constexpr std::size_t most_pending = 64 * 1024;  // bytes

}  // namespace

void StreamedReply::on_head(int status, const Headers& headers) {
    if (events::is_among(status, failing_)) {
        failed_.emplace().status = status;
        return;
    }
    try {
        pending_ = events::encode_prelude({status, headers}, format_);
    } catch (const HttpError& e) {
        refusal_ = e.what();
        throw;
    }
}

void StreamedReply::on_body(std::string_view chunk) {
    if (context_.cancelled()) throw Cancelled("the function's time is over");
    if (failed_) {
        failed_->body +=
            chunk.substr(0, most_pending - std::min(most_pending, failed_->body.size()));
        return;
    }
    pending_ += chunk;
    if (pending_.size() >= most_pending) send();
}

void StreamedReply::send() {
    if (context_.cancelled()) throw Cancelled("the function's time is over");
    if (pending_.empty()) return;
    crash_.streams();
    try {
        if (begun_)
            api_.stream(pending_, context_.stop);
        else
            api_.begin_stream(id_, pending_, context_.stop);
    } catch (const ConnectionLost& e) {
        begun_ = true;
        lost_ = e.what();
        throw Cancelled(lost_);
    }
    begun_ = true;
    pending_.clear();
}

Delivery StreamedReply::end(const FunctionError* error) {
    if (!lost_.empty()) return {false, lost_};
    if (!begun_) return api_.respond_streamed(id_, pending_);
    return api_.end_stream(pending_, error, context_.stop);
}

}  // namespace turngate
