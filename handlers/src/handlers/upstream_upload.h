// What of a request does not go out at once: sent by a thread of its own, while the reply may come.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include "upstream_connection.h"
#include <turngate/http/body.h>

namespace turngate {

class UpstreamUpload {
  public:
    using Clock = UpstreamConnection::Clock;

    // Sends everything, on the thread, by the calls below. What it throws is the upload's failure,
    // except std::system_error: the server reads no more.
    using Job = std::function<void(UpstreamUpload&)>;

    // `body` is what `job` reads. What it uses must outlive this, as must the connection.
    UpstreamUpload(UpstreamConnection& connection, Body& body, Clock::time_point until, Job job,
                   std::chrono::milliseconds stall = {});
    UpstreamUpload(const UpstreamUpload&) = delete;
    UpstreamUpload& operator=(const UpstreamUpload&) = delete;

    // Resets the connection if not all was sent.
    ~UpstreamUpload();

    // True if all was sent; waits a moment for what is just being sent, the very last of it.
    bool has_ended();

    // True while there is something to send, or to wait for from the client, each in its time.
    bool is_sending() const;

    // Throws what reading the body threw, or HttpError(504) if the upstream did not read in time.
    // That the upstream reads no more is no failure: its reply tells.
    void check() const;

    // For the job. Throws HttpError(504) if the server does not take all of it in time: until
    // `until`, or within `stall` if that is not 0.
    void send(std::string_view bytes);

    // Nothing has to be waited for any more but the server: the very last is sent.
    void sends_last() { become(State::sending_last); }

  private:
    enum class State { sending, sending_last, ended, refused, failed };

    void run() noexcept;
    void become(State state);

    UpstreamConnection& connection_;
    std::stop_source unwanted_;  // the rest of the body
    const Clock::time_point until_;
    const Job job_;
    const std::chrono::milliseconds stall_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::sending;  // under mutex_, as is the failure
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace turngate
