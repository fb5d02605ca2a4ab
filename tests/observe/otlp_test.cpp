#include "observe/otlp.h"

#include <map>
#include <semaphore>

#include <boost/test/unit_test.hpp>

#include "observe/request_ids.h"
#include "observe/trace_context.h"
#include <turngate/http/error.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

ReadVariable variables(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
        const auto it = values.find(name);
        return it == values.end() ? std::nullopt : std::optional(it->second);
    };
}

// Variables with an endpoint and `name`.
ReadVariable with(const std::string& name, const std::string& value) {
    std::map<std::string, std::string> values = {
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"}};
    values[name] = value;
    return variables(values);
}

Span span(std::string name) {
    Span out;
    out.trace_id = std::string(32, 'a');
    out.span_id = std::string(16, 'b');
    out.name = std::move(name);
    return out;
}

// A collector that keeps what it gets and answers as told.
struct Collector {
    SpanExporter::Send send() {
        return [this](const std::string& json, const std::stop_token&) {
            bodies.push_back(json);
            asked.release();
            return status.load();
        };
    }

    std::atomic<int> status = 200;
    std::vector<std::string> bodies;
    std::vector<std::string> complaints;
    std::counting_semaphore<> asked{0};
};

// The spans that come of one request, as JSON.
Json traced(Request& request, const Outcome& outcome, Sampler sampler = {},
            const FetchMetric* metric = nullptr) {
    Collector collector;
    {
        SpanExporter exporter({}, collector.send(), [](const std::string&) {});
        Tracer tracer(exporter, sampler);
        RequestIds(TrustIds::none).began(request);
        tracer.began(request);
        if (metric) tracer.fetched(request.context, *metric);
        tracer.ended(request, outcome, 1500us);
    }
    if (collector.bodies.empty()) return {};
    const Json body = Json::parse(collector.bodies.at(0));
    return body["resourceSpans"][0]["scopeSpans"][0]["spans"];
}

// The value of an attribute of a span, as text.
std::string attribute(const Json& of, std::string_view name) {
    for (const Json& entry : *of["attributes"].items())
        if (*entry["key"].string() == name)
            return entry["value"]["stringValue"].string_or(
                entry["value"]["intValue"].string_or(""));
    return "(none)";
}

Outcome answered(int status, bool complete = true) {
    Outcome out;
    out.status = status;
    out.complete = complete;
    return out;
}

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_settings_of_the_environment)

BOOST_AUTO_TEST_CASE(without_an_endpoint_there_are_no_traces) {
    BOOST_TEST(!trace_settings(variables({})).has_value());
    BOOST_TEST(!trace_settings(variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", ""}})).has_value());
    BOOST_TEST(!trace_settings(with("OTEL_SDK_DISABLED", "True")).has_value());
    BOOST_TEST(!trace_settings(with("OTEL_TRACES_EXPORTER", "none")).has_value());
    BOOST_TEST(trace_settings(with("OTEL_SDK_DISABLED", "yes")).has_value());
}

BOOST_AUTO_TEST_CASE(the_base_gets_a_path_and_the_traces_endpoint_is_one) {
    const auto base = trace_settings(with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/base/"));
    BOOST_TEST(base->url == "http://c:4318");
    BOOST_TEST(base->path == "/base/v1/traces");
    const auto secure = trace_settings(with("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c:443/base"));
    BOOST_TEST(secure->url == "https://c:443");
    BOOST_TEST(secure->path == "/base/v1/traces");
    const auto own = trace_settings(with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t/x"));
    BOOST_TEST(own->url == "http://t");
    BOOST_TEST(own->path == "/x");
}

BOOST_AUTO_TEST_CASE(variables_are_read) {
    BOOST_TEST(trace_settings(with("OTEL_BSP_SCHEDULE_DELAY", "10"))->delay.count() == 10);
    BOOST_TEST(trace_settings(with("OTEL_BSP_MAX_QUEUE_SIZE", "10"))->most_sent == 10u);
    BOOST_TEST(trace_settings(with("OTEL_EXPORTER_OTLP_TIMEOUT", "7"))->timeout.count() == 7);
    const auto headers =
        trace_settings(with("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x=y,"))->headers;
    BOOST_TEST(headers.get("api-key") == "a b");
    BOOST_TEST(headers.get("x") == "y");
    const auto resource =
        trace_settings(with("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,deployment=b%2Cc"))
            ->resource;
    BOOST_TEST(resource[0].second == "a");
    BOOST_TEST(resource[1].second == "b,c");
    BOOST_TEST(trace_settings(with("OTEL_SERVICE_NAME", "s"))->resource[0].second == "s");
    BOOST_TEST(trace_settings(with("", ""))->resource[0].second == "unknown_service:turngate");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
    const std::pair<const char*, const char*> wrong[] = {
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "https://"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://c"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@127.0.0.1:4318"},
        {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
        {"OTEL_EXPORTER_OTLP_HEADERS", "secret"},
        {"OTEL_EXPORTER_OTLP_HEADERS", "a=b%0d%0ac"},
        {"OTEL_TRACES_EXPORTER", "zipkin"},
        {"OTEL_TRACES_SAMPLER", "sometimes"},
        {"OTEL_BSP_SCHEDULE_DELAY", "5s"},
        {"OTEL_BSP_MAX_QUEUE_SIZE", "0"},
    };
    for (const auto& [name, value] : wrong)
        BOOST_CHECK_EXCEPTION(trace_settings(with(name, value)), Error,
                              [&wanted = name](const Error& e) {
                                  return std::string(e.what()).starts_with(wanted) &&
                                         std::string(e.what()).find("secret") == std::string::npos;
                              });
    BOOST_CHECK_THROW(trace_settings(variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"},
                                                {"OTEL_TRACES_SAMPLER", "traceidratio"},
                                                {"OTEL_TRACES_SAMPLER_ARG", "nan"}})),
                      Error);
}

BOOST_AUTO_TEST_CASE(samplers_sample) {
    const std::string low = std::string(16, 'f') + std::string(16, '0'), high(32, 'f');
    BOOST_TEST((Sampler{.ratio = 0.5}.samples(low)));
    BOOST_TEST((!Sampler{.ratio = 0.5}.samples(high)));
    BOOST_TEST((!Sampler{.ratio = 0}.samples(low)));
    BOOST_TEST((Sampler{.ratio = 1}.samples(high)));
    const auto ratio =
        trace_settings(variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"},
                                  {"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"},
                                  {"OTEL_TRACES_SAMPLER_ARG", "0.25"}}))
            ->sampler;
    BOOST_TEST(ratio.follows_parent);
    BOOST_TEST(ratio.ratio == 0.25);
    BOOST_TEST(!trace_settings(with("OTEL_TRACES_SAMPLER", "always_on"))->sampler.follows_parent);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(request_tracer)

BOOST_AUTO_TEST_CASE(a_request_is_a_server_span) {
    Request request = Request::get("http://example.com:8443/a%20b?secret");
    request.remote_address = "192.0.2.7";
    request.headers.add("User-Agent", "curl/8");

    const Json spans = traced(request, answered(200));
    const Json& made = spans[0];

    BOOST_TEST(*made["name"].string() == "GET");
    BOOST_TEST(*made["kind"].integer() == 2);
    BOOST_TEST(made["traceId"].string()->size() == 32u);
    BOOST_TEST(made["spanId"].string()->size() == 16u);
    BOOST_TEST(made["parentSpanId"].is_null());
    BOOST_TEST(made["status"].is_null());
    BOOST_TEST(std::stoll(*made["endTimeUnixNano"].string()) -
                   std::stoll(*made["startTimeUnixNano"].string()) ==
               1'500'000);
    BOOST_TEST(attribute(made, "http.request.method") == "GET");
    BOOST_TEST(attribute(made, "url.path") == "/a%20b");
    BOOST_TEST(attribute(made, "url.query") == "(none)");
    BOOST_TEST(attribute(made, "http.response.status_code") == "200");
    BOOST_TEST(attribute(made, "server.address") == "example.com");
    BOOST_TEST(attribute(made, "server.port") == "8443");
    BOOST_TEST(attribute(made, "client.address") == "192.0.2.7");
    BOOST_TEST(attribute(made, "network.protocol.version") == "1.1");
    BOOST_TEST(attribute(made, "user_agent.original") == "curl/8");
}

BOOST_AUTO_TEST_CASE(a_trace_is_continued_and_handed_on) {
    Request request = Request::get("/");
    request.headers.add("traceparent", parent);
    request.headers.add("tracestate", "a=1");

    const Json spans = traced(request, answered(200));
    const Json& made = spans[0];

    BOOST_TEST(*made["traceId"].string() == "0af7651916cd43dd8448eb211c80319c");
    BOOST_TEST(*made["parentSpanId"].string() == "b7ad6b7169203331");
    BOOST_TEST(*made["traceState"].string() == "a=1");
    const auto handed = parse_traceparent(request.headers.get("traceparent"));
    BOOST_TEST(handed->parent_id == *made["spanId"].string());
    BOOST_TEST(request.headers.get("tracestate") == "a=1");
}

BOOST_AUTO_TEST_CASE(a_broken_traceparent_begins_a_new_trace) {
    Request request = Request::get("/");
    request.headers.add("traceparent", "00-zz-zz-01");
    request.headers.add("tracestate", "a=1");
    const Json spans = traced(request, answered(200));
    BOOST_TEST(spans[0]["parentSpanId"].is_null());
    BOOST_TEST(parse_traceparent(request.headers.get("traceparent"))->trace_id ==
               *spans[0]["traceId"].string());
    BOOST_TEST(!request.headers.contains("tracestate"));
}

BOOST_AUTO_TEST_CASE(what_the_parent_does_not_sample_is_handed_on_unsampled) {
    Request request = Request::get("/");
    request.headers.add("traceparent", std::string(parent.substr(0, 53)) + "00");
    BOOST_TEST(traced(request, answered(200)).is_null());
    BOOST_TEST(!parse_traceparent(request.headers.get("traceparent"))->sampled);

    Request always = Request::get("/");
    always.headers.add("traceparent", std::string(parent.substr(0, 53)) + "00");
    BOOST_TEST(!traced(always, answered(200), {.follows_parent = false}).is_null());
}

BOOST_AUTO_TEST_CASE(errors_are_marked) {
    Request failed = Request::get("/"), missing = Request::get("/"), broken = Request::get("/");
    const Json server = traced(failed, answered(503));
    BOOST_TEST(*server[0]["status"]["code"].integer() == 2);
    BOOST_TEST(attribute(server[0], "error.type") == "503");
    const Json client = traced(missing, answered(404));
    BOOST_TEST(client[0]["status"].is_null());
    const Json aborted = traced(broken, answered(200, false));
    BOOST_TEST(attribute(aborted[0], "error.type") == "_OTHER");
}

BOOST_AUTO_TEST_CASE(an_outgoing_call_is_a_child) {
    Request request = Request::get("/");
    const FetchMetric metric{.id = 1,
                             .method = "PUT",
                             .host = "api",
                             .path = "/x",
                             .search = "secret",
                             .status = 0,
                             .start = {},
                             .duration = 5ms};
    const Json spans = traced(request, answered(200), {}, &metric);
    BOOST_TEST(*spans[0]["kind"].integer() == 3);
    BOOST_TEST(*spans[0]["parentSpanId"].string() == *spans[1]["spanId"].string());
    BOOST_TEST(*spans[0]["status"]["code"].integer() == 2);
    BOOST_TEST(attribute(spans[0], "server.address") == "api");
}

BOOST_AUTO_TEST_CASE(a_method_nobody_knows_does_not_name_spans) {
    Request request = Request::make("FROBNICATE", "/");
    const Json spans = traced(request, answered(501));
    BOOST_TEST(*spans[0]["name"].string() == "HTTP");
    BOOST_TEST(attribute(spans[0], "http.request.method") == "_OTHER");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(span_exporter)

BOOST_AUTO_TEST_CASE(a_full_batch_goes_out_at_once_and_the_rest_at_the_end) {
    Collector collector;
    TraceSettings settings;
    settings.most_sent = 2;
    settings.delay = 1h;
    {
        SpanExporter exporter(settings, collector.send(), [](const std::string&) {});
        for (const char* name : {"a", "b", "c"})
            exporter.add(span(name));
        collector.asked.acquire();
    }
    BOOST_TEST_REQUIRE(collector.bodies.size() == 2u);
    BOOST_TEST(collector.bodies[1].find("\"name\":\"c\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_full_drops) {
    std::binary_semaphore begun(0), go(0);
    TraceSettings settings;
    settings.most_queued = settings.most_sent = 2;
    SpanExporter exporter(
        settings,
        [&](const std::string&, const std::stop_token&) {
            begun.release();
            go.acquire();
            return 200;
        },
        [](const std::string&) {});
    exporter.add(span("a"));
    exporter.add(span("b"));
    begun.acquire();
    for (int i = 0; i < 5; ++i)
        exporter.add(span("c"));
    BOOST_TEST(exporter.dropped() == 3u);
    go.release(1);
    begun.acquire();
    go.release(1);
}

BOOST_AUTO_TEST_CASE(failures_are_told_once_and_counted) {
    Collector collector;
    collector.status = 400;
    TraceSettings settings;
    settings.url = "http://c";
    settings.path = "/v1/traces";
    settings.most_sent = 1;
    std::uint64_t dropped = 0;
    {
        SpanExporter exporter(settings, collector.send(), [&](const std::string& line) {
            collector.complaints.push_back(line);
        });
        for (int i = 0; i < 3; ++i) {
            exporter.add(span("a"));
            collector.asked.acquire();
        }
        exporter.add(span("a"));
        collector.asked.acquire();
        dropped = exporter.dropped();
    }
    BOOST_TEST(dropped >= 3u);
    BOOST_TEST_REQUIRE(collector.complaints.size() == 1u);
    BOOST_TEST(collector.complaints[0] ==
               "traces cannot be sent to http://c/v1/traces: status 400");
}

BOOST_AUTO_TEST_CASE(a_collector_that_hangs_holds_nobody_up_at_the_end) {
    TraceSettings settings;
    settings.most_sent = 1;
    const auto start = std::chrono::steady_clock::now();
    {
        SpanExporter exporter(
            settings,
            [](const std::string&, const std::stop_token& stop) {
                std::binary_semaphore stopped(0);
                const std::stop_callback callback(stop, [&] { stopped.release(); });
                stopped.acquire();
                return 0;
            },
            [](const std::string&) {}, 10ms);
        exporter.add(span("a"));
    }
    BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(random_ids_differ_and_are_hexadecimal) {
    const std::string one = random_hex(16), other = random_hex(16);
    BOOST_TEST(one.size() == 32u);
    BOOST_TEST(one != other);
    BOOST_TEST(one.find_first_not_of("0123456789abcdef") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
