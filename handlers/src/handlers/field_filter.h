// Response fields on their way from a handler to the client.
#pragma once

#include <string>
#include <vector>

#include <turngate/http/handler.h>

namespace turngate {

// Leaves out the response fields of these names, interim responses and trailers included.
Middleware remove_response_fields(std::vector<std::string> names);

// Moves the value of the request's first field called `source` to Authorization, in whose place
// there is no other then. A request without one stays as it is.
Middleware authorization_from(std::string source);

// Moves `prefix` from the front of paths that have it to Url::script_name, once, at a segment
// boundary; other paths stay as they are.
Middleware remove_base_path(std::string prefix);

}  // namespace turngate
