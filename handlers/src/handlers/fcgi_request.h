// A request as a FastCGI application gets it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "body_spool.h"
#include "upstream_upload.h"
#include <turngate/fcgi/write.h>
#include <turngate/handlers/fcgi_client.h>

namespace turngate {

// Reads what of a body is not streamed, before a backend is troubled with it: a small one; one of
// unknown length, for an application must be told, and with options.request_buffer any other, which
// is where the spool comes from. Throws what reading throws, HttpError(413) and (507).
std::optional<BodySpool> read_up(Request& request, const FcgiOptions& options);

// The records of one request, written once, however often they are sent.
class FcgiRequest {
  public:
    // Of all requests: there is one at a time on a connection.
    static constexpr std::uint16_t id = 1;

    // Views into the body of `request`, which must outlive this and have a length. Throws
    // HttpError(400), (431) and (501) for what cannot be passed on.
    FcgiRequest(const Request& request, const cgi::Script& script, const FcgiOptions& options);
    FcgiRequest(const FcgiRequest&) = delete;
    FcgiRequest& operator=(const FcgiRequest&) = delete;

    // What can be sent without waiting for the client: all of it if the body is here.
    std::span<const std::string_view> parts() const noexcept { return parts_; }

    // Whether the application is asked to keep the connection: only without a body, for one that
    // does not read a body may take the rest of it for records, and so for a request of any user.
    bool keeps_connection() const noexcept { return keeps_connection_; }

    // Sends what of parts() stands behind the first `sent` bytes, and then what `body` still
    // yields. Both must outlive it.
    UpstreamUpload::Job rest(std::size_t sent, Body& body) const;

  private:
    void append_variables(const Request& request, const cgi::Script& script,
                          const FcgiOptions& options);
    void append_body(std::string_view body);

    const bool keeps_connection_;
    std::string start_;
    std::vector<fcgi::HeaderBytes> headers_;  // of the records behind it
    std::vector<std::string_view> parts_;
};

}  // namespace turngate
