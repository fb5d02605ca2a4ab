// Requests and responses as people read them: HTTP/1.1 with plain line ends.
#pragma once

#include <string>
#include <string_view>

#include "cli/output.h"
#include <turngate/http/headers.h>
#include <turngate/http/request.h>
#include <turngate/http/response.h>

namespace turngate::cli {

// "POST /orders HTTP/1.1", the fields, an empty line.
std::string head_text(const Request& request);

// "HTTP/1.1 201 Created", the fields, an empty line.
std::string head_text(const Response& response);

// The bytes as they are, but not binary ones to a terminal: those are counted on `err`.
void write_body(std::string_view body, Output& out, Output& err);

}  // namespace turngate::cli
