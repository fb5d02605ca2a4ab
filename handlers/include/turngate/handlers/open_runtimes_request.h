// What `context.req` of an Open Runtimes function has on top of a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/request.h>
#include <turngate/json/json.h>

namespace turngate::open_runtimes {

// A view of a turngate::Request, for as long as that lives; parses nothing until asked, and
// nothing twice. For one thread at a time. The rules are those of the Node and Rust runtimes of
// Open Runtimes v5; nothing of a URL is decoded, as there.
class Request {
  public:
    explicit Request(turngate::Request& raw) : raw_(raw) {}

    turngate::Request& raw() const noexcept { return raw_; }
    const std::string& method() const noexcept { return raw_.method; }

    // X-Forwarded-Proto, else "http".
    std::string scheme() const;
    // The Host field without its port: "example.com", "[::1]".
    std::string host() const;
    // The port of the Host field, else that of the scheme.
    int port() const;
    // "https://example.com:3001/a/b?c=d"; without a port that is the scheme's.
    std::string url() const;
    std::string path() const { return raw_.url.script_name + raw_.url.path; }
    const std::string& query_string() const noexcept { return raw_.url.query; }

    // The parameters of the query as an object of strings: what stands before and behind the first
    // '=' of each; of one name the last counts, and one without a name is left out.
    const Json& query() const&;
    const Json& query() const&& = delete;

    // An object of strings by lower-case names; the values of a field that is repeated are joined.
    const Json& headers() const&;
    const Json& headers() const&& = delete;
    // The first value; empty if there is none.
    std::string_view header(std::string_view name) const& noexcept {
        return raw_.headers.get(name);
    }
    std::string_view header(std::string_view) const&& = delete;

    // The body as it came, blocks until it is here. Throws HttpError(413) past Body::default_limit
    // bytes, but takes what the Open Runtimes door lets in.
    const std::string& body_binary() &;
    const std::string& body_binary() && = delete;
    // As text in UTF-8: what is not becomes U+FFFD.
    std::string body_text();
    // Throws JsonError, "invalid JSON in the body: ...", also for an empty body.
    const Json& body_json() &;
    const Json& body_json() && = delete;
    // By the Content-Type: body_json() for one that begins with application/json, {} if it is
    // empty; else body_text() as a string.
    Json body();

  private:
    turngate::Request& raw_;
    mutable std::optional<Json> query_;
    mutable std::optional<Json> headers_;
    std::optional<Json> json_;
};

}  // namespace turngate::open_runtimes
