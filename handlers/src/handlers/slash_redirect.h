// For a directory whose slash the client has left out.
#pragma once

#include <turngate/http/request.h>
#include <turngate/http/response_writer.h>

namespace turngate {

// Answers with 308 and the URL that the client asked for, with a slash behind its path.
void redirect_to_slash(const Request& request, ResponseWriter& response);

}  // namespace turngate
