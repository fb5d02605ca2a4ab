#include "openedge/call_time.h"

#include <algorithm>

#include "net/dialect.h"
#include "openedge/grpc.h"

namespace turngate::openedge {

CallTime::CallTime(std::string_view timeout, const Context& call, Timer& timer)
    : deadline_(call.deadline), passed_on_(call.stop, PassOn{stop_}) {
    if (!timeout.empty()) {
        const auto limit = parse_grpc_timeout(timeout);
        if (!limit)
            throw GrpcError(GrpcStatus::internal,
                            "grpc-timeout is wrong: expected one to eight "
                            "digits and a unit of H, M, S, m, u or n");
        auto at = Clock::now() + *limit;
        if (const auto* known = call.find<net::ClientDeadline>()) at = std::min(at, known->time);
        deadline_ = deadline_ ? std::min(*deadline_, at) : at;
    }
    if (!deadline_) return;
    when_late_.emplace(late_.get_token(), StopApart{stop_});
    alarm_.reset(new Timer::Alarm(timer.request_stop_at(*deadline_, late_)));
}

}  // namespace turngate::openedge
