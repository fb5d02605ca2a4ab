// Where a redirect leads.
#pragma once

#include <string>
#include <string_view>

#include <turngate/http/url.h>

namespace turngate {

// The whole URL that `reference`, a URL or a part of one, means to who has asked for `base`,
// without a fragment (RFC 3986 section 5.2). What is no URL stays none: Url::parse() refuses it.
std::string resolve_reference(const Url& base, std::string_view reference);

}  // namespace turngate
