#include "slash_redirect.h"

#include <algorithm>
#include <string>

#include <turngate/http/response.h>

namespace turngate {
namespace {

// What stands behind the prefix under which a client reached a directory, with its slash. One slash
// in front: "//host/" would be another host.
std::string with_slash(const Url& url) {
    Url there = url;
    if (there.bare_script_name)
        there.bare_script_name = false;
    else
        there.path += '/';
    std::string uri = there.request_uri();
    return '/' + uri.substr(std::min(uri.find_first_not_of('/'), uri.size()));
}

}  // namespace

void redirect_to_slash(const Request& request, ResponseWriter& response) {
    response.send(redirect(with_slash(request.url), 308));
}

}  // namespace turngate
