// Spans of requests, by OpenTelemetry's semantic conventions for HTTP.
#include <array>

#include "observe/otlp.h"
#include "observe/trace_context.h"

namespace turngate {
namespace {

constexpr std::size_t most_text = 1024;  // of what a client chose

std::string cut(std::string_view text) {
    return std::string(text.substr(0, most_text));
}

bool is_known(std::string_view method) noexcept {
    constexpr std::array<std::string_view, 9> known = {
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "PATCH", "OPTIONS", "TRACE"};
    return std::find(known.begin(), known.end(), method) != known.end();
}

void add_method(Span& span, std::string_view method) {
    const bool known = is_known(method);
    span.name = known ? std::string(method) : "HTTP";
    span.attributes.emplace_back("http.request.method", known ? std::string(method) : "_OTHER");
    if (!known) span.attributes.emplace_back("http.request.method_original", cut(method));
}

// "example.com:8443" as two attributes.
void add_server(Span& span, std::string_view host) {
    if (host.empty()) return;
    const auto colon = host.find(':', host.rfind(']') == host.npos ? 0 : host.rfind(']'));
    span.attributes.emplace_back("server.address", cut(host.substr(0, colon)));
    std::int64_t port = 0;
    if (colon == host.npos) return;
    for (const char c : host.substr(colon + 1)) {
        if (c < '0' || c > '9' || port > 65535) return;
        port = port * 10 + (c - '0');
    }
    if (port > 0) span.attributes.emplace_back("server.port", port);
}

void add_status(Span& span, int status, bool is_error) {
    span.is_error = is_error;
    if (status > 0) span.attributes.emplace_back("http.response.status_code", std::int64_t{status});
    if (is_error)
        span.attributes.emplace_back("error.type",
                                     status >= 400 ? std::to_string(status) : "_OTHER");
}

}  // namespace

void Tracer::began(Request& request) noexcept try {
    const TraceContext* known = request.context.find<TraceContext>();
    TraceContext trace = known ? *known : TraceContext();
    ActiveSpan span{.trace_id = trace.trace_id,
                    .span_id = random_hex(8),
                    .parent_id = trace.parent_id,
                    .start = std::chrono::system_clock::now()};
    const bool is_new = span.trace_id.empty();
    if (is_new) {
        span.trace_id = random_hex(16);
        request.headers.remove("tracestate");  // of a trace that nobody named
    }
    const bool is_sampled =
        !is_new && sampler_.follows_parent ? trace.sampled : sampler_.samples(span.trace_id);
    request.headers.set("traceparent", traceparent(span.trace_id, span.span_id, is_sampled));
    trace.trace_id = span.trace_id;
    trace.sampled = is_sampled;
    request.context.put(std::move(trace));
    if (is_sampled) request.context.put(std::move(span));
} catch (...) {  // no memory: this request has no span
}

void Tracer::ended(const Request& request, const Outcome& outcome,
                   std::chrono::steady_clock::duration elapsed) noexcept try {
    const ActiveSpan* active = request.context.find<ActiveSpan>();
    if (!active) return;
    Span span;
    span.trace_id = active->trace_id;
    span.span_id = active->span_id;
    span.parent_id = active->parent_id;
    span.trace_state = cut(request.headers.joined("tracestate", ","));
    if (span.trace_state.size() == most_text) span.trace_state.clear();  // a part of one is none
    span.start = active->start;
    span.end =
        active->start + std::chrono::duration_cast<std::chrono::system_clock::duration>(elapsed);
    add_method(span, request.method);
    const Url& url = request.url;
    span.attributes.emplace_back(
        "url.path", cut(url.bare_script_name ? url.script_name : url.script_name + url.path));
    span.attributes.emplace_back("url.scheme", cut(url.scheme));
    add_server(span, url.host);
    if (!request.remote_address.empty())
        span.attributes.emplace_back("client.address", cut(request.remote_address));
    if (const auto slash = request.protocol.find('/'); slash != std::string::npos)
        span.attributes.emplace_back("network.protocol.version",
                                     cut(request.protocol).substr(slash + 1));
    if (const auto agent = request.headers.get("User-Agent"); !agent.empty())
        span.attributes.emplace_back("user_agent.original", cut(agent));
    add_status(span, outcome.status, outcome.status >= 500 || !outcome.complete);
    exporter_.add(std::move(span));
} catch (...) {  // no memory: a span less
}

void Tracer::fetched(const Context& context, const FetchMetric& metric) noexcept try {
    const ActiveSpan* active = context.find<ActiveSpan>();
    if (!active) return;
    Span span;
    span.trace_id = active->trace_id;
    span.span_id = random_hex(8);
    span.parent_id = active->span_id;
    span.kind = Span::Kind::client;
    span.start = metric.start;
    span.end = metric.start + metric.duration;
    add_method(span, metric.method);
    add_server(span, metric.host);
    span.attributes.emplace_back("url.path", cut(metric.path));
    add_status(span, metric.status, metric.status == 0 || metric.status >= 400);
    exporter_.add(std::move(span));
} catch (...) {
}

}  // namespace turngate
