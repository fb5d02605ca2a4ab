// Addresses and hosts: who a request came from, as header fields tell it, and for whom.
#pragma once

#include <string_view>

#include <turngate/http/headers.h>

namespace turngate::events {

// True for an IPv4 address in four decimal parts and for an IPv6 address (RFC 4291 section 2.2),
// without port, brackets or zone.
bool is_ip_address(std::string_view text) noexcept;

// The first element of X-Forwarded-For, or the last, which the nearest proxy added; several fields
// are one list in their order (RFC 9110 section 5.3). Without its port; empty if it is no address.
std::string_view forwarded_client(const Headers& headers, bool is_last);

// True for what a door takes for a host (is_host()), and for that with the placeholders that events
// in documentation have in it: "*.example.com", "<url-id>.on.aws", "api.{dns_suffix}". None of them
// ends a host for anybody who reads a URL.
bool is_event_host(std::string_view host);

}  // namespace turngate::events
