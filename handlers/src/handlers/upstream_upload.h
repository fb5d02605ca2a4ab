// What of a request does not go out at once: sent by a thread of its own, while the reply may come.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>

#include "upstream_connection.h"
#include <turngate/http/body.h>

namespace turngate {

class UpstreamUpload {
  public:
    using Clock = UpstreamConnection::Clock;

    struct Parts {
        std::string_view head;   // what is left of it
        std::string_view bytes;  // what is left of a body that is here
        bool is_chunked = false;
    };

    // Sends the parts and then what `body` still yields. Everything must outlive this.
    UpstreamUpload(UpstreamConnection& connection, Body& body, Parts parts,
                   Clock::time_point until);
    UpstreamUpload(const UpstreamUpload&) = delete;
    UpstreamUpload& operator=(const UpstreamUpload&) = delete;

    // Resets the connection if not all was sent. Blocks until the client has sent something, or has
    // gone, if that is what the thread waits for.
    ~UpstreamUpload();

    // True if all was sent; waits a moment for what is just being sent, the very last of it.
    bool has_ended();

    // Throws what reading the body threw, or HttpError(504) if the upstream did not read in time.
    // That the upstream reads no more is no failure: its reply tells.
    void check() const;

  private:
    enum class State { sending, sending_last, ended, refused, failed };

    void run() noexcept;
    void send_everything();
    void send(std::string_view bytes);
    void become(State state);

    UpstreamConnection& connection_;
    Body& body_;
    const Parts parts_;
    const Clock::time_point until_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::sending;  // under mutex_, as is the failure
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace turngate
