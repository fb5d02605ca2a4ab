// The way to an OpenTelemetry collector: our own upstream.
#include "observe/collector.h"

#include <turngate/handlers/upstream.h>
#include <turngate/http/recorder.h>
#include <turngate/http/serve.h>

namespace turngate {

SpanExporter::Send collector(const TraceSettings& settings) {
    UpstreamOptions options;
    options.url = settings.url;
    options.connect_timeout = options.timeout = settings.timeout;
    options.forwarded = ForwardedPolicy::none;
    options.preserve_host = false;
    options.max_connections = 1;
    return [client = upstream(std::move(options)), path = settings.path,
            headers = settings.headers](const std::string& json, const std::stop_token& stop) {
        Request request = Request::post(path, json, "application/json");
        request.headers.merge(headers);
        request.context.stop = stop;
        Recorder reply(request.method);
        const Outcome outcome = serve(*client, request, reply);
        return outcome.error || !outcome.complete ? 0 : outcome.status;
    };
}

}  // namespace turngate
