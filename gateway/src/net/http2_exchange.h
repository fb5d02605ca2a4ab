// One request of HTTP/2 and its response, as the thread that runs the handler sees them.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>

#include "net/http2_session.h"
#include <turngate/http/body.h>
#include <turngate/http/response_writer.h>

namespace turngate::net {

// Lives on the stack of that thread. The handler may read the body on one thread and write the
// response on another.
class Http2Exchange final : public ResponseSink {
  public:
    // Both must outlive this.
    Http2Exchange(Http2Session& session, Http2Stream& stream)
        : session_(session), stream_(stream) {}

    // REQUIRES: the mutex of the session is held.
    Body body();

    void on_head(int status, const Headers& headers) override;
    void on_body(std::string_view chunk) override;
    void on_flush() override;
    void on_finish() override;
    void on_abort() noexcept override;
    void on_interim(int status, const Headers& headers) override;
    void on_trailers(const Headers& trailers) override;

  private:
    class Source;

    std::size_t read(std::span<char> into);
    void send_head(bool has_body);
    void require_open() const;
    void deliver();

    Http2Session& session_;
    Http2Stream& stream_;
    std::stop_token interrupted_;  // of reading
    Http2Link::Fields head_;       // until it is sent
};

}  // namespace turngate::net
