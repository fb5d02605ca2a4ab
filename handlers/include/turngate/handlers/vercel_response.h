// What a VercelResponse has on top of a response: send, json and redirect.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <turngate/http/response_writer.h>
#include <turngate/json/json.h>

namespace turngate::vercel {

// A view of a ResponseWriter, for as long as that lives, and for one thread at a time.
//
// Each of send(), json() and redirect() ends the response: a second one throws std::logic_error.
// Whatever has a body also gets a Content-Length and, unless an ETag is set, a weak one, the one
// that Node's etag package makes. A 204 or 304 keeps that ETag and loses the body with its
// Content-Type and Content-Length.
class Response {
  public:
    explicit Response(ResponseWriter& raw) : raw_(raw) {}

    ResponseWriter& raw() const noexcept { return raw_; }
    // 200 to 599, else std::invalid_argument.
    Response& status(int code) { return raw_.status(code), *this; }
    Response& header(std::string_view name, std::string_view value) {
        return raw_.header(name, value), *this;
    }

    // Text in UTF-8. Content-Type is text/html unless set; one that is set gets charset=utf-8, its
    // parameters in order of their names. Throws std::invalid_argument if it is malformed.
    template <std::convertible_to<std::string_view> Text>
    requires(!std::same_as<std::remove_cvref_t<Text>, std::nullptr_t>) void send(Text&& text) {
        send_text(std::string(std::forward<Text>(text)));
    }
    // Content-Type is application/octet-stream unless set.
    void send(std::span<const std::byte> bytes);
    // A string as text, null as below, anything else as json() does.
    void send(const Json& value);
    // An empty body, which has an ETag and no Content-Type unless set.
    template <std::same_as<std::nullptr_t> Null>  // 0 is a number
    void send(Null) {
        send_null();
    }
    // An empty body without an ETag.
    void send();

    // Content-Type is application/json unless set; one that is set is treated as send() does.
    void json(const Json& value);

    // Sends the client to `url`, by default with a 307. Headers that are set stay. Throws
    // std::invalid_argument if `url` is null or could end the field early, or for a status that
    // status() refuses.
    void redirect(int code, std::string_view url);
    void redirect(int code, const char* url);
    void redirect(std::string_view url) { redirect(307, url); }
    void redirect(const char* url) { redirect(307, url); }

  private:
    void require_unsent() const;
    void send_text(std::string text);
    void send_null();
    void text_type(std::string_view fallback);
    void send_whole(std::string body);
    void end(int code, std::string body);

    ResponseWriter& raw_;
    bool ended_ = false;
};

}  // namespace turngate::vercel
