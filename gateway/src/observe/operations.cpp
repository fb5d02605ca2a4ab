// Health, readiness and metrics.
#include "observe/operations.h"

#include <turngate/json/json.h>

namespace turngate {
namespace {

bool wants_json(const Request& request) {
    return request.headers.joined("Accept").find("application/json") != std::string::npos;
}

Response answer(const Request& request, int status, std::string_view state,
                const std::string& reason = {}) {
    if (!wants_json(request))
        return text(std::string(state) + (reason.empty() ? "" : ": " + reason) + '\n', status);
    Json object = Json::object({{"status", state}});
    if (!reason.empty()) object.set("reason", reason);
    return json(object, status);
}

}  // namespace

HandlerPtr operations(const Metrics& metrics, const BackendReadiness& readiness) {
    return to_handler([&metrics, &readiness](Request& request) -> Response {
        const std::string_view path = request.url.path;
        Response response;
        if (path != "/_turngate/health" && path != "/_turngate/ready" &&
            path != "/_turngate/metrics") {
            response = text("there are health, ready and metrics\n", 404);
        } else if (request.method != "GET" && request.method != "HEAD") {
            response = text("GET and HEAD are allowed\n", 405);
            response.headers.set("Allow", "GET, HEAD");
        } else if (path == "/_turngate/health") {
            response = answer(request, 200, "ok");
        } else if (path == "/_turngate/metrics") {
            const MetricsFormat format = metrics_format(request.headers.joined("Accept"));
            response = text(metrics.text(format));
            response.headers.set("Content-Type", content_type(format));
        } else if (const auto obstacle = readiness.obstacle()) {
            response = answer(request, 503, "not ready", *obstacle);
        } else {
            response = answer(request, 200, "ready");
        }
        response.headers.set("Cache-Control", "no-store");
        return response;
    });
}

}  // namespace turngate
