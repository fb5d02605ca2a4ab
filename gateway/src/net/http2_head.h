// The head of a request that came as the fields of HTTP/2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/doors/door.h>
#include <turngate/http/request.h>
#include <turngate/http1/head.h>

namespace turngate::net {

// Takes field after field, as long as they keep within the limits, and judges them as the parser of
// HTTP/1 does (RFC 9113 section 8.3.1). That names are lower-case, values have no control
// characters and pseudo fields stand once and first is checked before.
class Http2Head {
  public:
    // What is wrong is told by finish(): the fields behind it are dropped.
    void add(std::string_view name, std::string_view value, const http1::Limits& limits);

    // All fields are here: says why the request is refused, if it is.
    std::optional<http1::HeadError> finish(const http1::Limits& limits);

    // With what `platform`, which may be null, has to say. REQUIRES: finish() has refused nothing.
    // Called once.
    void fill(Request& request, PlatformReader* platform = nullptr);

    const std::string& method() const noexcept { return method_; }
    std::string_view path() const noexcept { return url_.path; }
    const Headers& headers() const noexcept { return headers_; }
    std::optional<std::uint64_t> length() const noexcept { return length_; }
    bool expects_continue() const noexcept { return expects_continue_; }

  private:
    void add_pseudo(std::string_view name, std::string_view value, const http1::Limits& limits);
    void check_host(std::string_view value);
    std::optional<http1::HeadError> judge_target();
    std::optional<http1::HeadError> judge_fields(const http1::Limits& limits);

    std::string method_;
    std::string scheme_;
    std::string authority_;
    std::string target_;
    std::string cookie_;
    Headers headers_;
    Url url_;
    std::optional<http1::HeadError> error_;
    std::optional<std::uint64_t> length_;
    std::size_t size_ = 0;
    std::size_t fields_ = 0;
    bool has_cookie_ = false;
    bool expects_continue_ = false;
};

}  // namespace turngate::net
