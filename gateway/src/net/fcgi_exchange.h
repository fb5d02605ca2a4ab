// One FastCGI request and its response, as the thread that runs the handler sees them.
#pragma once

#include <cstdint>
#include <span>
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

    // REQUIRES: the mutex of the session is held.
    Body body();

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

    FcgiSession& session_;
    FcgiStream& stream_;
};

}  // namespace turngate::net
