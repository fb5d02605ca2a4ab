// One request to a FastCGI application and its reply, over one connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "fcgi_request.h"
#include "reply_buffer.h"
#include "stderr_log.h"
#include "upstream_connection.h"
#include "upstream_pool.h"
#include "upstream_upload.h"
#include <turngate/cgi/response_head.h>
#include <turngate/fcgi/record.h>

namespace turngate {

// In the context of a request: told once the application has no more to do with it, which may be
// long before the client has its answer. Called from any thread, while the request is served.
struct FcgiReleased {
    std::function<void()> tell;
};

class FcgiExchange {
  public:
    using Clock = UpstreamConnection::Clock;

    struct Terms {
        const FcgiOptions& options;
        SpoolRoom& buffers;                  // of all replies in files
        const std::string& backend;          // its name, for messages
        Clock::time_point deadline;          // of the exchange
        Clock::time_point request_deadline;  // of the request alone
    };
    using Lease = std::optional<UpstreamPool::Lease>;

    // Everything must outlive this. REQUIRES: `lease` has a connection to the backend; it is given
    // back as soon as the reply has been read, which may be long before all of it is written.
    FcgiExchange(Lease& lease, Request& request, const FcgiRequest& records,
                 ResponseWriter& response, const Terms& terms);
    ~FcgiExchange();

    enum class End {
        answered,  // the reply is written

        // Nothing has happened yet, and nothing has been taken of the body:
        unsent,  // a kept connection was closed already

        // Nothing has come, but the application may be at it:
        closed,

        // The application will have nothing to do with it:
        cannot_multiplex,
        overloaded,
    };

    // Blocks until the reply is written to the response, or one of the other ends, with which the
    // lease is still there. Throws as fcgi_client() says; the connection is spent then.
    End run();

    // Whether the body can be sent once more.
    bool is_body_whole() const noexcept { return !has_taken_body_; }

  private:
    using Received = UpstreamConnection::Received;

    bool send_request();
    bool read(bool waits);
    Received receive(bool waits);
    void take_records();
    void take_piece(const fcgi::RecordReader::Piece& piece);
    void take_output(std::string_view bytes);
    void take_body(std::string_view bytes);
    void take_end(std::string_view content);
    void begin_response();
    void flush();
    void finish_at_close();
    void conclude();

    void answer();
    void deliver();
    void read_for_nobody();
    bool begin_reading();
    void read_up() noexcept;
    void finish_reading();
    void release();
    void shut() noexcept;

    void check() const;
    void warn(const std::string& what) const;
    [[noreturn]] void fail(const std::string& what) const;
    [[noreturn]] void fail_late(bool is_owed) const;

    Lease& lease_;
    UpstreamConnection& connection_;
    Request& request_;
    const FcgiRequest& records_;
    ResponseWriter& response_;
    const Terms& terms_;
    Clock::time_point deadline_;
    const char* phase_ = "sending the request";  // for messages

    fcgi::RecordReader reader_;
    cgi::ResponseHeadReader head_reader_;
    StderrLog error_;
    std::optional<std::uint64_t> content_length_;
    std::uint64_t body_size_ = 0;  // of the reply, as it came
    std::optional<End> end_;
    bool has_taken_body_ = false;  // of the request
    bool has_reply_ = false;       // a byte of it
    bool has_head_ = false;
    bool is_due_ = false;     // all of its Content-Length
    bool is_small_ = false;   // by its length: not sent on in pieces
    bool is_flushed_ = true;  // nothing was written since
    bool has_output_end_ = false;
    bool is_clean_ = true;  // nothing came that should not have come
    bool is_for_nobody_ = false;
    std::atomic<bool> is_stopped_ = false;
    std::optional<UpstreamUpload> upload_;

    // Where the reply goes instead of to the response, from the end of its head on. All above is
    // then of the thread that reads, while there is one.
    std::optional<ReplyBuffer> buffer_;
    std::thread reading_;
    std::mutex release_mutex_;
    bool is_released_ = false;  // under release_mutex_: there is no connection any more
};

// fcgi_client() that shares the room for replies in files with others.
HandlerPtr fcgi_client(FcgiOptions options, std::shared_ptr<SpoolRoom> buffers);

}  // namespace turngate
