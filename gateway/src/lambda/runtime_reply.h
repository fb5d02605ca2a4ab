// What the Runtime API answers, from its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http1/body_decoder.h>
#include <turngate/http1/head_parser.h>

namespace turngate {

struct RuntimeReply {
    int status = 0;
    Headers headers = {};
    std::string body = {};
    bool keep_alive = true;  // the connection can carry another request
};

// Push-style like the parsers of handlers/http1, which do the work. One reply at a time; interim
// ones are passed over. Bounded, whatever a length in the head claims: see `most_body`.
class RuntimeReplyReader {
  public:
    // Bytes of an event. Lambda has 6 MiB, and others who speak its Runtime API more.
    static constexpr std::uint64_t most_body = 64u << 20;

    // Takes bytes from the front of `bytes`, never one past the end of the reply.
    http1::Progress feed(std::string_view& bytes);

    // The connection has ended: `done` if that ends the reply, else `failed`.
    http1::Progress end();

    // A byte of the reply was here.
    bool begun() const noexcept { return begun_; }

    // One sentence. REQUIRES: feed() or end() said `failed`.
    const std::string& problem() const noexcept { return problem_; }

    // The reply; the reader is ready for the next. REQUIRES: feed() or end() said `done`.
    RuntimeReply take();

  private:
    http1::Progress feed_head(std::string_view& bytes);
    http1::Progress fail(std::string problem);

    http1::ReplyHeadParser head_{false, limits()};
    std::optional<http1::BodyDecoder> body_;  // once there is a head
    RuntimeReply reply_;
    std::string problem_;
    bool begun_ = false;

    // Client context and identity are several KiB of one field each (AWS, "Lambda runtime API").
    static http1::Limits limits() {
        return {.start_line = 16 * 1024, .section = 256 * 1024, .fields = 200, .body = most_body};
    }
};

}  // namespace turngate
