// What HTTP/1 has in a request line and in Host, HTTP/2 has in fields.
#include "net/http2_head.h"

#include <charconv>
#include <utility>

#include "net/clean_headers.h"
#include <turngate/http/field_list.h>
#include <turngate/http1/target.h>

namespace turngate::net {
namespace {

using http1::HeadError;

constexpr std::size_t line_overhead = 4;    // what a line of HTTP/1 has besides name and value
constexpr std::size_t longest_method = 32;  // twice the longest that is registered

}  // namespace

void Http2Head::add(std::string_view name, std::string_view value, const http1::Limits& limits) {
    if (error_) return;
    if (name.starts_with(':')) return add_pseudo(name, value, limits);
    size_ += name.size() + value.size() + line_overhead;
    const bool is_crumb = name == "cookie" && has_cookie_;
    if (!is_crumb) ++fields_;
    if (size_ > limits.section)
        error_ = {431,
                  "the header section is larger than " + std::to_string(limits.section) + " bytes"};
    else if (fields_ > limits.fields)
        error_ = {431, "there are more than " + std::to_string(limits.fields) + " header fields"};
    else if (name.size() > limits.name)
        error_ = {431, "a header name is longer than " + std::to_string(limits.name) + " bytes"};
    else if (name == "host")
        check_host(value);
    else if (name == "cookie") {  // in crumbs, so that each can be compressed (section 8.2.3)
        if (std::exchange(has_cookie_, true)) cookie_ += "; ";
        cookie_ += value;
    } else
        headers_.add(name, trimmed(value));
}

void Http2Head::add_pseudo(std::string_view name, std::string_view value,
                           const http1::Limits& limits) {
    if (method_.size() + target_.size() + value.size() > limits.start_line) {
        error_ = {
            414, "the request line is longer than " + std::to_string(limits.start_line) + " bytes"};
    } else if (name == ":method") {
        method_ = value;
    } else if (name == ":scheme") {
        scheme_ = value;
    } else if (name == ":path") {
        target_ = value;
    } else if (name == ":authority") {
        authority_ = value;
        headers_.add("Host", value);
    }
}

// Two names for one host are an attempt to have two parsers in a row take one each.
void Http2Head::check_host(std::string_view value) {
    if (authority_.empty()) {
        authority_ = value;
        headers_.add("Host", value);
    } else if (!iequals(authority_, value)) {
        error_ = {400, "Host and :authority differ"};
    }
}

std::optional<HeadError> Http2Head::finish(const http1::Limits& limits) {
    if (!error_) error_ = judge_target();
    if (!error_) error_ = judge_fields(limits);
    return error_;
}

std::optional<HeadError> Http2Head::judge_target() {
    if (!is_token(method_)) return HeadError{400, "the method is not a token"};
    if (method_.size() > longest_method || method_ == "CONNECT" || method_ == "TRACE")
        return HeadError{501, "the method is not implemented"};
    if (scheme_ != "http" && scheme_ != "https")
        return HeadError{400, "the only schemes are http and https"};
    if (!is_host(authority_))
        return HeadError{400, ":authority is not a name or an address with an optional port"};
    if ((!target_.starts_with('/') && target_ != "*") || !http1::is_target(method_, target_))
        return HeadError{400, "the request target is malformed"};
    url_ = Url::parse(target_);
    url_.scheme = scheme_;
    url_.host = authority_;
    return std::nullopt;
}

std::optional<HeadError> Http2Head::judge_fields(const http1::Limits& limits) {
    for (const auto& [name, value] : headers_) {
        if (name == "content-length") {
            std::uint64_t length = 0;
            const char* end = value.data() + value.size();
            const auto [stop, error] = std::from_chars(value.data(), end, length);
            if (error != std::errc() || stop != end || length_)
                return HeadError{400, "Content-Length is not one number in decimal digits"};
            length_ = length;
        } else if (name == "expect") {
            for (std::string_view list = value; !list.empty();) {
                const std::string_view expectation = take_element(list);
                if (expectation.empty()) continue;
                if (!iequals(expectation, "100-continue"))
                    return HeadError{417, "the only Expect is \"100-continue\""};
                expects_continue_ = true;
            }
        }
    }
    if (length_.value_or(0) > limits.body)
        return HeadError{
            413, "the request body is larger than " + std::to_string(limits.body) + " bytes"};
    return std::nullopt;
}

void Http2Head::fill(Request& request, PlatformReader* platform) {
    request.method = std::move(method_);
    request.url = std::move(url_);
    request.headers = std::move(headers_);
    if (has_cookie_) request.headers.add("cookie", cookie_);
    request.protocol = "HTTP/2";
    if (platform) platform->read(request);
    clean_headers(request.headers, false);
}

}  // namespace turngate::net
