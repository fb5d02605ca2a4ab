// The fields that a Connection field makes private to one connection.
#pragma once

#include <string_view>
#include <vector>

#include <turngate/http/headers.h>

namespace turngate {

// The names that the Connection fields of a message list (RFC 9110 section 7.6.1): fields that are
// not passed on. Not among them, whatever is listed: Host and the fields that frame the body, and
// those by which proxies say who asked (Forwarded, X-Forwarded-*, X-Real-IP), for a client could
// hide itself so. Collected once, so that looking up many names stays cheap. Views into the
// headers, which must not change meanwhile.
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
