// Reading a body blocks, and so does sending it: neither may keep the reply from being read.
#include "upstream_upload.h"

#include <system_error>

#include "exchange_rules.h"
#include <turngate/http/error.h>

namespace turngate {

UpstreamUpload::UpstreamUpload(UpstreamConnection& connection, Body& body, Clock::time_point until,
                               Job job, std::chrono::milliseconds stall)
    : connection_(connection), until_(until), job_(std::move(job)), stall_(stall) {
    connection_.sends(true);
    body.interrupt(unwanted_.get_token());
    thread_ = std::thread([this] { run(); });
}

UpstreamUpload::~UpstreamUpload() {
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::ended) connection_.reset();
    }
    unwanted_.request_stop();
    thread_.join();
}

bool UpstreamUpload::has_ended() {
    constexpr std::chrono::milliseconds moment{100};
    std::unique_lock lock(mutex_);
    if (state_ == State::sending_last)
        changed_.wait_for(lock, moment, [&] { return state_ != State::sending_last; });
    return state_ == State::ended;
}

bool UpstreamUpload::is_sending() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::sending || state_ == State::sending_last;
}

void UpstreamUpload::check() const {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
}

void UpstreamUpload::run() noexcept {
    try {
        job_(*this);
        connection_.sends(false);
        become(State::ended);
    } catch (const std::system_error&) {
        become(State::refused);
    } catch (...) {
        {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
        }
        become(State::failed);
        connection_.shut();  // nobody need wait for a reply to half a request
    }
}

void UpstreamUpload::send(std::string_view bytes) {
    if (!connection_.send(bytes, sooner(until_, Clock::now(), stall_)))
        throw HttpError(504, "the server did not read the request in time");
}

void UpstreamUpload::become(State state) {
    const std::lock_guard lock(mutex_);
    state_ = state;
    changed_.notify_all();
}

}  // namespace turngate
