// One FastCGI request and its response, as the thread that runs the handler sees them.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>

#include "net/fcgi_session.h"
#include <turngate/http/body.h>
#include <turngate/http/response_writer.h>

namespace turngate::net {

// Lives on the stack of that thread. The handler may read the body on one thread and write the
// response on another.
class FcgiExchange final : public ResponseSink {
  public:
    // Both must outlive this.
    FcgiExchange(FcgiSession& session, FcgiStream& stream) : session_(session), stream_(stream) {}

    // What has not arrived, read as it comes.
    Body body();

    // The connection may end, now that the response has.
    bool is_over() const noexcept { return is_over_; }

    void on_head(int status, const Headers& headers) override;
    void on_body(std::string_view chunk) override;
    void on_flush() override;
    void on_finish() override;
    void on_abort() noexcept override;

  private:
    class Source;

    std::size_t read(std::span<char> into);
    void send_records(std::string_view chunk);
    void wait_for_room(FcgiSession::Access& access);
    void require_open() const;
    void break_off() noexcept;
    void look_whether_over() noexcept;

    FcgiSession& session_;
    FcgiStream& stream_;
    std::stop_token interrupted_;  // of reading
    bool is_over_ = false;
};

}  // namespace turngate::net
