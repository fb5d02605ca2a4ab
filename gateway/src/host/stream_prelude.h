// The beginning of a reply that a function streams: a head in JSON, eight NULs, then the body.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/response.h>

namespace turngate::host {

// See AWS, "Response streaming for Lambda functions".
class StreamPrelude {
  public:
    static constexpr std::string_view media_type =
        "application/vnd.awslambda.http-integration-response";
    static constexpr std::size_t limit = 16 * 1024;  // bytes, the NULs included

    // Takes what is next of the stream. The response once its head is complete, with what has come
    // of the body; absent before. Throws ProtocolError, which says why, for what is no head.
    std::optional<Response> feed(std::string_view bytes);

  private:
    std::string collected_;
};

}  // namespace turngate::host
