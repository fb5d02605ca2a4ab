// Cookies: what a client sends, and what a server sets.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/http/headers.h>

namespace turngate {

// The cookies of a request, in order, byte for byte: nothing is decoded and no odd byte is dropped,
// for RFC 6265 section 5.4 lets a client send anything but ';'.
class Cookies {
  public:
    struct Cookie {
        std::string name;
        std::string value;
        bool operator==(const Cookie&) const = default;
    };

    // Reads the value of a Cookie field. Pairs end at ';'; blanks around names and values and one
    // pair of quotes around a value do not belong to them. A pair without '=' is a value with an
    // empty name (as browsers send such a cookie); an empty pair is nothing.
    static Cookies parse(std::string_view header);

    // The same of every Cookie field, one after the other.
    static Cookies of(const Headers& headers);

    // The value of the first cookie called `name`; names are case-sensitive. A client sends the
    // cookie with the most specific path first. Valid as long as these cookies.
    std::optional<std::string_view> get(std::string_view name) const& noexcept;
    std::optional<std::string_view> get(std::string_view) const&& = delete;

    auto begin() const noexcept { return cookies_.begin(); }
    auto end() const noexcept { return cookies_.end(); }
    std::size_t size() const noexcept { return cookies_.size(); }
    bool empty() const noexcept { return cookies_.empty(); }

  private:
    void add(std::string_view header);

    std::vector<Cookie> cookies_;
};

enum class SameSite { strict, lax, none };

// One Set-Cookie field (RFC 6265 section 4.1; Partitioned is of draft-cutler-httpbis-partitioned).
struct SetCookie {
    std::string name;
    std::string value;
    std::string path = {};    // empty: no such attribute
    std::string domain = {};  // empty: no such attribute
    std::optional<std::chrono::seconds> max_age = {};
    std::optional<std::chrono::sys_seconds> expires = {};
    bool secure = false;
    bool http_only = false;
    std::optional<SameSite> same_site = {};
    bool partitioned = false;
    std::vector<std::string> extensions = {};  // "Priority=High": every other attribute, verbatim

    bool operator==(const SetCookie&) const = default;

    // Reads the value of a Set-Cookie field, as browsers do (RFC 6265 section 5.2): the value keeps
    // its quotes, the last of two equal attributes counts, and an attribute that cannot be
    // understood is an extension. Absent if there is no '=' or nothing before it.
    static std::optional<SetCookie> parse(std::string_view header);

    // The value of a Set-Cookie field. Throws std::invalid_argument if the name is not a token, or
    // if a part could end early or begin another: a control, a ';', blanks at an end.
    std::string text() const;
};

}  // namespace turngate
