// The target of a request, split but still encoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate {

// `path` and `query` keep their percent-encoding, byte for byte, because a gateway must be able to
// pass them on unchanged. Decode at the point of use.
struct Url {
    std::string scheme = "http";
    std::string host;        // "example.com" or "example.com:8443"
    std::string path = "/";  // always starts with '/', except "*"
    std::string query;       // without the '?'

    // Splits "/path?query" or "scheme://host/path?query". Throws HttpError(400).
    static Url parse(std::string_view target) {
        Url url;
        if (auto colon = target.find("://"); colon != std::string_view::npos && target[0] != '/') {
            url.scheme = target.substr(0, colon);
            target.remove_prefix(colon + 3);
            auto slash = target.find_first_of("/?");
            url.host = target.substr(0, slash);
            target = slash == std::string_view::npos ? "/" : target.substr(slash);
        }
        if (target != "*" && (target.empty() || target[0] != '/'))
            throw HttpError(400, "the request target must start with '/'");
        auto mark = target.find('?');
        url.path = target.substr(0, mark);
        if (mark != std::string_view::npos) url.query = target.substr(mark + 1);
        return url;
    }

    // "/path?query", as it goes on a request line.
    std::string target() const { return query.empty() ? path : path + '?' + query; }

    // The first value of a query parameter, decoded.
    std::optional<std::string> parameter(std::string_view name) const {
        std::string_view rest = query;
        while (!rest.empty()) {
            std::string_view pair = rest.substr(0, rest.find('&'));
            rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
            auto eq = pair.find('=');
            if (percent_decode(pair.substr(0, eq), true) != name) continue;
            return eq == std::string_view::npos ? std::string()
                                                : percent_decode(pair.substr(eq + 1), true);
        }
        return std::nullopt;
    }
};

}  // namespace turngate
