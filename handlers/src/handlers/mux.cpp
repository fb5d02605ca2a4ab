#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include <turngate/handlers/mux.h>

namespace turngate {

void Mux::add(std::string_view text, HandlerPtr handler) {
    Pattern pattern(text);
    auto place = routes_.end();
    for (auto route = routes_.begin(); route != routes_.end(); ++route) {
        auto relation = pattern.compare(route->pattern);
        if (relation == Pattern::Relation::equivalent || relation == Pattern::Relation::overlaps)
            throw std::invalid_argument("pattern \"" + pattern.text() + "\" and \"" +
                                        route->pattern.text() +
                                        "\" match the same request and neither is more specific");
        if (relation == Pattern::Relation::more_specific && place == routes_.end()) place = route;
    }
    for (auto wrap = middleware_.rbegin(); wrap != middleware_.rend(); ++wrap)
        handler = (*wrap)(std::move(handler));
    routes_.insert(place, {std::move(pattern), std::move(handler)});
}

void Mux::serve(Request& request, ResponseWriter& response) const {
    for (const Route& route : routes_) {
        if (!route.pattern.allows(request.method) ||
            !route.pattern.matches(request.url.path, request.url.host))
            continue;
        route.pattern.capture(request.url.path, request.path_values);
        return route.handler->serve(request, response);
    }
    refuse(request, response);
}

void Mux::refuse(const Request& request, ResponseWriter& response) const {
    std::set<std::string> allowed;
    const std::string below = request.url.path + '/';
    bool has_below = false;
    for (const Route& route : routes_) {
        if (route.pattern.matches(request.url.path, request.url.host)) {
            allowed.insert(route.pattern.method());
            if (route.pattern.method() == "GET") allowed.insert("HEAD");
        }
        has_below = has_below || (route.pattern.allows(request.method) &&
                                  route.pattern.matches(below, request.url.host));
    }
    if (!allowed.empty()) {
        std::string allow;
        for (const std::string& method : allowed)
            allow += (allow.empty() ? "" : ", ") + method;
        response.status(405).header("Allow", allow).write("method not allowed\n");
        return;
    }
    // "//host" and "/\\host" in a Location would send the client to another site.
    const bool foreign = below.find_first_of("/\\", 1) == 1;
    if (!has_below || foreign || request.url.path.ends_with('/')) throw HttpError(404, "not found");
    Url target = request.url;
    target.path = below;
    response.status(308).header("Location", target.request_uri());
}

}  // namespace turngate
