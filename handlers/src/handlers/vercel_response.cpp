#include <stdexcept>
#include <utility>

#include "content_type.h"
#include "weak_etag.h"
#include <turngate/handlers/vercel_response.h>

namespace turngate::vercel {

void Response::send_text(std::string text) {
    text_type("text/html; charset=utf-8");
    send_whole(std::move(text));
}

void Response::send(std::span<const std::byte> bytes) {
    require_unsent();
    if (std::as_const(raw_).headers().get("Content-Type").empty())
        raw_.header("Content-Type", "application/octet-stream");
    send_whole({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void Response::send(const Json& value) {
    if (const std::string* text = value.string())
        send_text(*text);
    else if (value.is_null())
        send_null();
    else
        json(value);
}

void Response::send_null() {
    text_type({});
    send_whole({});
}

void Response::send() {
    require_unsent();
    end(raw_.status(), {});
}

void Response::json(const Json& value) {
    text_type("application/json; charset=utf-8");
    send_whole(value.dump());
}

void Response::redirect(int code, std::string_view url) {
    require_unsent();
    raw_.header("Location", url);
    end(code, {});
}

void Response::redirect(int code, const char* url) {
    if (!url)
        throw std::invalid_argument(
            "Invalid redirect arguments. Please use a single argument URL, e.g. "
            "res.redirect('/destination') or use a status code and URL, e.g. "
            "res.redirect(307, '/destination').");
    redirect(code, std::string_view(url));
}

// Before anything is changed, for who catches this leaves the first response as it is.
void Response::require_unsent() const {
    if (ended_) throw std::logic_error("the response has been sent already");
}

// What is sent is text: says so of the Content-Type that is set, else sets `fallback`.
void Response::text_type(std::string_view fallback) {
    require_unsent();
    const std::string_view set = std::as_const(raw_).headers().get("Content-Type");
    if (!set.empty()) {
        ContentType type = ContentType::parse(set);
        type.parameters.insert_or_assign("charset", "utf-8");
        raw_.header("Content-Type", type.text());
    } else if (!fallback.empty()) {
        raw_.header("Content-Type", fallback);
    }
}

void Response::send_whole(std::string body) {
    Headers& headers = raw_.headers();
    if (headers.get("ETag").empty()) headers.set("ETag", weak_etag(body));
    if (raw_.status() == 204 || raw_.status() == 304) {
        headers.remove("Content-Type");
        headers.remove("Content-Length");
        headers.remove("Transfer-Encoding");
        body.clear();
    } else {
        headers.set("Content-Length", std::to_string(body.size()));
    }
    end(raw_.status(), std::move(body));
}

void Response::end(int code, std::string body) {
    raw_.send({code, {}, std::move(body)});
    ended_ = true;
}

}  // namespace turngate::vercel
