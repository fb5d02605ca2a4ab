// What the CGI and the FastCGI door make of a web server's variables, and the head it gets back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <turngate/cgi/variables.h>
#include <turngate/http/headers.h>
#include <turngate/http/request.h>

namespace turngate::net {

struct CgiRules {
    std::string_view mount = "SCRIPT_NAME";  // as FastcgiOptions::mount
    bool trust_remote_user = false;
    bool pass_dot_segments = false;
    cgi::Values values = cgi::Values::unknown;
};

// Makes `request`, which is new, of them, without its body, its header as clean_headers() leaves
// it; returns the length of the body. Throws as cgi::fill_request() does, and HttpError(400) for a
// path with a dot segment, also an encoded one, that is not to be passed: the web server has taken
// another path for it than a handler would.
std::uint64_t fill_request(Request& request, std::span<const cgi::Variable> variables,
                           const CgiRules& rules);

// Appends "Status: 404 Not Found" (RFC 3875 section 6.3.3), the fields that are not about a
// connection, and the empty line.
void append_cgi_head(std::string& out, int status, const Headers& headers);

// The same as a reply of HTTP/1.1 that ends with the connection, for programs whose output goes to
// the client as it is (section 5).
void append_nph_head(std::string& out, int status, const Headers& headers);

}  // namespace turngate::net
