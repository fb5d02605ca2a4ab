// The output of a program whose name begins with "nph-" (RFC 3875 section 5): a whole HTTP reply.
#pragma once

#include <optional>
#include <string_view>

#include <turngate/cgi/response_head.h>
#include <turngate/http1/body_decoder.h>
#include <turngate/http1/head_parser.h>

namespace turngate {

// Reads it as HTTP/1.1 strictly. Every function throws ProtocolError, one sentence, for what is no
// reply.
class NphReply {
  public:
    explicit NphReply(bool to_head_request);

    // Takes bytes from the front. True once the head is complete, of the final reply: interim ones
    // (1xx) are passed over.
    bool feed(std::string_view& bytes);

    // As of a parsed program. REQUIRES: feed() said true.
    const cgi::ResponseHead& head() const { return head_; }

    // The next piece of the body, a view into the bytes taken from the front. Nothing is taken past
    // its end.
    std::string_view body(std::string_view& bytes);

    // The output has ended: so must the body.
    void end();

  private:
    http1::ReplyHeadParser parser_;
    std::optional<http1::BodyDecoder> body_;
    cgi::ResponseHead head_;
};

}  // namespace turngate
