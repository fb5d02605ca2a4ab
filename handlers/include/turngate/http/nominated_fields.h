// The fields that belong to one connection: the well-known ones, and those Connection lists.
#pragma once

#include <string_view>
#include <vector>

#include <turngate/http/headers.h>

namespace turngate {

// True for a field that is about one connection, whatever Connection lists (RFC 9110 section
// 7.6.1).
constexpr bool is_hop_by_hop(std::string_view name) noexcept {
    const auto is = [&](std::string_view known) { return iequals(name, known); };
    switch (name.size()) {  // this runs for every field of every event
        case 2:
            return is("te");
        case 7:
            return is("trailer") || is("upgrade");
        case 10:
            return is("connection") || is("keep-alive");
        case 16:
            return is("proxy-connection");
        case 17:
            return is("transfer-encoding");
        default:
            return false;
    }
}

// The names that the Connection fields of a message list (RFC 9110 section 7.6.1): fields that are
// not passed on. Not among them, whatever is listed: those that are about one connection anyway,
// Host and the fields that frame the body, and those by which proxies say who asked (Forwarded,
// X-Forwarded-*, X-Real-IP), for a client could hide itself so. Collected once, so that looking up
// many names stays cheap. Views into the headers, which must not change meanwhile.
class NominatedFields {
  public:
    explicit NominatedFields(const Headers& headers);

    bool empty() const noexcept { return names_.empty(); }
    bool contains(std::string_view name) const noexcept;

  private:
    void collect(std::string_view list);

    std::vector<std::string_view> names_;  // sorted, ignoring case
};

}  // namespace turngate
