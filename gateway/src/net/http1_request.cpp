// What is said once, of requests that are served and of those that are not.
#include "net/http1_request.h"

#include <utility>

#include "net/clean_headers.h"

namespace turngate::net {

void fill(Request& request, http1::RequestHead& head, const Connection& connection,
          const HttpOptions& options, bool is_upgrade) {
    request.method = std::move(head.method);
    request.url = Url::parse(head.target);
    request.headers = std::move(head.headers);
    // A whole URL says whose it is; RFC 9112 section 3.2.2 has the Host beside it ignored.
    if (request.url.host.empty())
        request.url.host = request.headers.get("Host");
    else
        request.headers.set("Host", request.url.host);
    if (head.version == http1::Version::http10) request.protocol = "HTTP/1.0";
    request.remote_address = connection.peer();
    if (options.platform) options.platform->read(request);
    clean_headers(request.headers, is_upgrade, options.serves_runtimes);
}

Unserved::Unserved(const Surroundings& door, const Connection& connection, http1::RequestHead head,
                   int status) noexcept
    : outcome_{status, 0, {}, true} {
    const HttpOptions& options = door.options;
    const std::string_view path = std::string_view(head.target).substr(0, head.target.find('?'));
    if (!options.platform || door.is_health(path)) return;
    try {
        fill(request_, head, connection, options, false);
        request_.context.reporter = options.reporter;
        if (options.reporter) options.reporter->began(request_.context);
    } catch (...) {  // as with every report: never the connection's failure
    }
}

Unserved::~Unserved() {
    settle(request_.context, outcome_);
}

}  // namespace turngate::net
