// What a VercelRequest has on top of a request: query, cookies and body, parsed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/request.h>
#include <turngate/json/json.h>

namespace turngate::vercel {

// What a Content-Type makes of a body.
enum class BodyKind {
    absent,  // undefined in Node: a type that is none of those below
    text,    // text/plain, or an empty Content-Type; "" if there is no Content-Type at all
    bytes,   // application/octet-stream, a Buffer in Node
    json,    // application/json
    form,    // application/x-www-form-urlencoded
};

// A view of a turngate::Request, for as long as that lives; parses nothing until asked, and
// nothing twice. For one thread at a time. The rules are those of @vercel/node 24.
class Request {
  public:
    explicit Request(turngate::Request& raw) : raw_(raw) {}

    turngate::Request& raw() const noexcept { return raw_; }
    const std::string& method() const noexcept { return raw_.method; }

    // The parameters of the query as an object of strings, in order; one that is repeated is an
    // array of them. '+' is a space, malformed escapes stay, and what is then not UTF-8 becomes
    // U+FFFD (the URL Standard, application/x-www-form-urlencoded parsing).
    const Json& query() const&;
    const Json& query() const&& = delete;
    // The first value of one of them.
    std::string query(std::string_view name, std::string_view fallback = {}) const;

    // The cookies as an object of strings: the first of a name counts, a pair of quotes around a
    // value is taken off, and its escapes are decoded, unless one is malformed or they are not
    // UTF-8.
    const Json& cookies() const&;
    const Json& cookies() const&& = delete;
    std::optional<std::string> cookie(std::string_view name) const;

    // The body by its Content-Type: what JSON says ({} if it is empty), an object of strings and
    // arrays of them for a form (of its first 1000 fields), else a string; null if it is absent. A
    // GET or HEAD has an empty body, whatever came. But for bytes, what is not UTF-8 becomes
    // U+FFFD. Blocks until the body is here.
    //
    // Throws HttpError(400) with "Invalid JSON", and for a malformed Content-Type with "invalid
    // media type" or "invalid parameter format"; HttpError(413) past Body::default_limit bytes.
    const Json& body() & { return parsed_body().value; }
    const Json& body() && = delete;
    // Throws as body() does.
    BodyKind body_kind() { return parsed_body().kind; }

  private:
    struct ParsedBody {
        BodyKind kind;
        Json value;
    };

    const ParsedBody& parsed_body();
    ParsedBody parse_body();

    turngate::Request& raw_;
    mutable std::optional<Json> query_;
    mutable std::optional<Json> cookies_;
    std::optional<ParsedBody> body_;
};

}  // namespace turngate::vercel
