// Expected replies: how they are read, where they are and how they are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/http/response.h>
#include <turngate/json/json.h>

namespace turngate::replay {

// An expected reply. What it does not say is not compared. The views point into the parser that
// made it, and into the text it was made of.
struct Golden {
    enum class Body {
        absent,
        json,    // `body` is JSON, compared as a value
        text,    // `body` is the text
        base64,  // `body` is base64, not decoded yet
        file,    // `body` names a file beside the golden
        digest,  // `body` is a SHA-256 in hexadecimal, `size` the length if it is given
    };
    std::optional<int> status = {};
    bool has_headers = false;
    std::vector<std::pair<std::string_view, std::string_view>> headers = {};
    Body kind = Body::absent;
    std::string_view body = {};
    std::optional<std::uint64_t> size = {};
    std::vector<std::string_view> ignore = {};  // JSON pointers into the reply
    std::vector<std::string_view> tags = {};
    std::string_view schema = {};
};

// Reads goldens one after the other, using its memory again.
class GoldenParser {
  public:
    // Takes the neutral shape {status, headers, body, ignore, tags}, whose body is an object with
    // one of json, text, base64, file, sha256 (and size), or a string with an `encoding` beside it;
    // and a platform's reply, which has a statusCode. The result is valid until the next call and
    // as long as `text` is. Throws JsonError, which names the member and the byte.
    const Golden& parse(std::string_view text);

  private:
    void parse_platform_reply(std::string_view text);

    Golden golden_;
    std::string scratch_;
    Response reply_;  // a platform's
};

// True if the body stands in a file, or only its digest is known.
bool is_elsewhere(const Golden& golden) noexcept;

// The reply that `golden` expects, as far as it says: without a body that is_elsewhere(), with
// status 0 if it has none. Throws std::invalid_argument for a header field that cannot be one.
Response expected_reply(const Golden& golden);

// True for application/json and every +json.
bool is_json_type(std::string_view media_type) noexcept;

}  // namespace turngate::replay
