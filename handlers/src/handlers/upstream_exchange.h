// One request to an upstream and the reply to it, over one connection.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <system_error>

#include "upstream_connection.h"
#include "upstream_request.h"
#include "upstream_upload.h"
#include <turngate/http1/body_decoder.h>
#include <turngate/http1/head_parser.h>

namespace turngate {

class UpstreamExchange {
  public:
    using Clock = UpstreamConnection::Clock;

    struct Terms {
        const UpstreamOptions& options;
        const UpstreamTarget& target;
        Clock::time_point deadline;          // of the exchange
        Clock::time_point request_deadline;  // of the request alone
    };

    // Everything must outlive this.
    UpstreamExchange(UpstreamConnection& connection, Request& request, ResponseWriter& response,
                     const Terms& terms)
        : connection_(connection),
          request_(request),
          response_(response),
          terms_(terms),
          deadline_(terms.deadline) {}

    enum class End {
        kept,   // the reply is written, and the connection can carry another request
        spent,  // the reply is written
        stale,  // a kept connection was closed already: nothing has happened, ask again
    };

    // Blocks until the reply is written to the response. Throws as upstream() says; the connection
    // is spent then.
    End run();

    // Of the reply's head; 0 if none came.
    int status() const noexcept { return status_; }

  private:
    bool send_request();
    bool receive_head(http1::ReplyHeadParser& parser, http1::ReplyHead& head);
    bool is_stale() const;
    void pass_interim(http1::ReplyHead& head);
    void relay(http1::ReplyHead& head);
    void relay_body(http1::BodyDecoder& body, bool is_small);
    End conclude(bool keeps_alive);
    End switch_protocols(http1::ReplyHead& head);

    Clock::time_point until(std::chrono::milliseconds limit) const;
    UpstreamConnection::Received receive(std::chrono::milliseconds limit);
    void check() const;
    [[noreturn]] void fail(const std::string& what) const;
    [[noreturn]] void fail_late() const;

    UpstreamConnection& connection_;
    Request& request_;
    ResponseWriter& response_;
    const Terms& terms_;
    Clock::time_point deadline_;
    const char* phase_ = "sending the request";  // for messages
    UpstreamRequest sent_;
    bool is_replayable_ = false;  // none of the body has been taken
    bool has_reply_ = false;      // a byte of it
    int status_ = 0;
    int interim_ = 0;
    std::atomic<bool> is_stopped_ = false;
    std::optional<UpstreamUpload> upload_;
};

}  // namespace turngate
