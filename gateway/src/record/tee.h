// What stands between a handler and its client, and copies what goes by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <utility>

#include "record/call.h"
#include <turngate/http/body.h>
#include <turngate/http/response_writer.h>

namespace turngate::recording {

// The body of `call`'s request on its way to the handler. It shares the call, for a handler may
// keep the body as long as it likes.
class BodyTee final : public BodySource {
  public:
    BodyTee(Body body, std::shared_ptr<Call> call);

    std::size_t read(std::span<char> into) override;
    void interrupt(std::stop_token stop) override { body_.interrupt(std::move(stop)); }
    Headers take_trailers() override { return body_.trailers(); }

  private:
    Body body_;
    std::shared_ptr<Call> call_;
};

// The response on its way to the client: everything is passed on at once, in the same order.
class ResponseTee final : public ResponseSink {
  public:
    // Both must outlive this.
    ResponseTee(ResponseWriter& next, Call& call) : next_(next), call_(call) {}

    void on_interim(int status, const Headers& headers) override;
    void on_head(int status, const Headers& headers) override;
    void on_body(std::string_view chunk) override;
    void on_file(int fd, std::uint64_t offset, std::uint64_t size) override;
    void on_flush() override { next_.flush(); }
    void on_trailers(const Headers& trailers) override;
    void on_finish() override;
    void on_abort() noexcept override { next_.abort(); }
    RawConnection* on_switch(const Headers& headers) override;

  private:
    ResponseWriter& next_;
    Call& call_;
};

}  // namespace turngate::recording
