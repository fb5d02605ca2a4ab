#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include <turngate/handlers/mux.h>

namespace turngate {
namespace {

// "//host" and "/\\host" in a Location would send the client to another site, and browsers take a
// tab out of it before they look.
bool is_local(std::string_view location) {
    return location.starts_with('/') && location.find_first_of("/\\\t", 1) != 1;
}

}  // namespace

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
        // Others may, and it need not be ready for that.
        if (!route.handler->may_migrate()) request.context.parking = nullptr;
        return route.handler->serve(request, response);
    }
    refuse(request, response);
}

bool Mux::may_migrate() const noexcept {
    return std::any_of(routes_.begin(), routes_.end(),
                       [](const Route& route) { return route.handler->may_migrate(); });
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
    Url target = request.url;
    target.path = below;
    const std::string location = target.request_uri();
    if (!has_below || request.url.path.ends_with('/') || !is_local(location))
        throw HttpError(404, "not found");
    response.status(308).header("Location", location);
}

}  // namespace turngate
