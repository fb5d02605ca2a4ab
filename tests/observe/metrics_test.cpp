#include "observe/metrics.h"

#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "observe/access_log.h"
#include "observe/metrics_page.h"
#include "observe/process_facts.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

void serve(Metrics& metrics, int status, std::chrono::steady_clock::duration elapsed = 1ms,
           bool complete = true, std::exception_ptr error = {}, std::string_view shape = {}) {
    Request request = Request::get("/");
    metrics.began(request);
    if (!shape.empty()) request.context.put(EventShape{shape});
    Outcome outcome;
    outcome.status = status;
    outcome.complete = complete;
    outcome.error = std::move(error);
    metrics.ended(request, outcome, elapsed);
}

bool has(const Metrics& metrics, std::string_view line,
         MetricsFormat format = MetricsFormat::text) {
    const std::string page = '\n' + metrics.text(format);
    if (page.find('\n' + std::string(line) + '\n') != page.npos) return true;
    BOOST_TEST_MESSAGE(page);
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(requests_are_counted_by_door_shape_and_status) {
    Metrics metrics("http");
    serve(metrics, 200);
    serve(metrics, 200);
    serve(metrics, 404, 1ms, true, {}, "apigw-v2");
    serve(metrics, 200, 1ms, false);

    BOOST_TEST(has(metrics, R"(turngate_requests_total{door="http",shape="http",status="200"} 2)"));
    BOOST_TEST(
        has(metrics, R"(turngate_requests_total{door="http",shape="apigw-v2",status="404"} 1)"));
    BOOST_TEST(has(metrics, R"(turngate_requests_total{door="http",shape="http",status="0"} 1)"));
}

BOOST_AUTO_TEST_CASE(times_fall_into_the_bucket_that_ends_at_or_after_them) {
    Metrics metrics("http");
    serve(metrics, 200, 1ms);
    serve(metrics, 200, 1ms + 1ns);
    serve(metrics, 200, 1h);

    const auto bucket = [](std::string_view le, int n) {
        return R"(turngate_request_seconds_bucket{door="http",shape="http",le=")" +
               std::string(le) + "\"} " + std::to_string(n);
    };
    BOOST_TEST(has(metrics, bucket("0.0005", 0)));
    BOOST_TEST(has(metrics, bucket("0.001", 1)));
    BOOST_TEST(has(metrics, bucket("0.0025", 2)));
    BOOST_TEST(has(metrics, bucket("30.0", 2)));
    BOOST_TEST(has(metrics, bucket("+Inf", 3)));
    BOOST_TEST(has(metrics, R"(turngate_request_seconds_count{door="http",shape="http"} 3)"));
}

BOOST_AUTO_TEST_CASE(what_is_open_goes_up_and_down_over_threads) {
    Metrics metrics("http");
    Request request = Request::get("/");
    std::thread([&] { metrics.connected(), metrics.began(request); }).join();
    BOOST_TEST(has(metrics, R"(turngate_connections{door="http"} 1)"));
    BOOST_TEST(has(metrics, R"(turngate_inflight{door="http"} 1)"));
    metrics.ended(request, Outcome(), 1ms);
    metrics.disconnected();
    BOOST_TEST(has(metrics, R"(turngate_connections{door="http"} 0)"));
    BOOST_TEST(has(metrics, R"(turngate_inflight{door="http"} 0)"));
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_between_threads) {
    Metrics metrics("http");
    std::vector<std::thread> threads;
    for (int t = 0; t < 12; ++t)
        threads.emplace_back([&metrics, t] {
            const std::string shape = "shape" + std::to_string(t % 3);
            for (int i = 0; i < 1000; ++i)
                serve(metrics, 200, 1ms, true, {}, shape);
        });
    for (std::thread& thread : threads)
        thread.join();
    for (const char* shape : {"shape0", "shape1", "shape2"})
        BOOST_TEST(has(metrics, R"(turngate_requests_total{door="http",shape=")" +
                                    std::string(shape) + R"(",status="200"} 4000)"));
}

BOOST_AUTO_TEST_CASE(more_shapes_than_there_is_room_for_are_counted_still) {
    Metrics metrics("http");
    for (int i = 0; i < 40; ++i)
        serve(metrics, 200, 1ms, true, {}, "shape" + std::to_string(i));
    BOOST_TEST(
        has(metrics, R"(turngate_requests_total{door="http",shape="shape22",status="200"} 18)"));
}

BOOST_AUTO_TEST_CASE(failures_of_the_back_end_have_phases) {
    Metrics metrics("http");
    serve(metrics, 502, 1ms, true, std::make_exception_ptr(ProtocolError("broken")));
    serve(metrics, 502, 1ms, true, std::make_exception_ptr(HttpError(404, "no")));
    serve(metrics, 504, 1ms, true, std::make_exception_ptr(HttpError(504, "slow")));
    serve(metrics, 404, 1ms, true, std::make_exception_ptr(HttpError(404, "no")));
    serve(metrics, 500, 1ms, true, std::make_exception_ptr(17));
    metrics.backend_failed(BackendPhase::probe);
    for (const char* phase : {"reply", "timeout", "probe"})
        BOOST_TEST(
            has(metrics, "turngate_backend_errors_total{phase=\"" + std::string(phase) + "\"} 1"));
}

BOOST_AUTO_TEST_CASE(refusals_and_cold_starts_are_counted) {
    Metrics metrics("http");
    metrics.refused(431);
    metrics.refused(-5);
    serve(metrics, 200);
    serve(metrics, 200);
    BOOST_TEST(has(metrics, R"(turngate_refused_total{status="431"} 1)"));
    BOOST_TEST(has(metrics, R"(turngate_refused_total{status="0"} 1)"));
    BOOST_TEST(has(metrics, "turngate_cold_starts_total 1"));
}

BOOST_AUTO_TEST_CASE(counters_kept_elsewhere_are_on_the_page) {
    Metrics metrics("http");
    metrics.add_counter("turngate_log_lines_dropped_total", "Lines.", [] { return 7u; });
    BOOST_TEST(has(metrics, "# TYPE turngate_log_lines_dropped_total counter"));
    BOOST_TEST(has(metrics, "turngate_log_lines_dropped_total 7"));
}

BOOST_AUTO_TEST_CASE(openmetrics_names_families_without_suffix_and_ends) {
    Metrics metrics("http");
    const auto openmetrics = MetricsFormat::openmetrics;
    BOOST_TEST(has(metrics, "# TYPE turngate_requests counter", openmetrics));
    BOOST_TEST(has(metrics, "# TYPE turngate_build info", openmetrics));
    BOOST_TEST(metrics.text(openmetrics).ends_with("\n# EOF\n"));
    BOOST_TEST(has(metrics, "# TYPE turngate_build_info gauge"));
    BOOST_TEST(metrics.text(MetricsFormat::text).find("# EOF") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(labels_and_help_are_escaped) {
    MetricsPage page(true);
    page.family("a", "gauge", "one\ntwo \\ \"three\"");
    page.sample("a", {{"l", "x\"\\\ny"}}, std::uint64_t{1});
    BOOST_TEST(
        page.take() ==
        "# HELP a one\\ntwo \\\\ \\\"three\\\"\n# TYPE a gauge\na{l=\"x\\\"\\\\\\ny\"} 1\n# EOF\n");
}

BOOST_AUTO_TEST_CASE(the_format_is_what_the_client_likes_better) {
    const auto text = MetricsFormat::text, openmetrics = MetricsFormat::openmetrics;
    BOOST_TEST((metrics_format("") == text));
    BOOST_TEST((metrics_format("*/*") == text));
    BOOST_TEST((metrics_format("application/openmetrics-text") == openmetrics));
    BOOST_TEST(
        (metrics_format("application/openmetrics-text;version=1.0.0;q=0.5,application/"
                        "openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,"
                        "*/*;q=0.1") == openmetrics));
    BOOST_TEST((metrics_format("application/openmetrics-text; version=0.0.1, text/plain") == text));
    BOOST_TEST((metrics_format("application/openmetrics-text;q=0.2, text/plain;q=0.8") == text));
    BOOST_TEST((metrics_format("application/openmetrics-text;q=0") == text));
    BOOST_TEST((metrics_format(",;=,;q=;q=nan,\"") == text));
}

BOOST_AUTO_TEST_CASE(the_process_is_described) {
    const ProcessFacts facts = process_facts();
    BOOST_TEST(facts.cpu_seconds >= 0);
    BOOST_TEST(facts.resident_bytes.value_or(0) > 100'000u);
    BOOST_TEST(facts.virtual_bytes.value_or(0) >= *facts.resident_bytes);
    BOOST_TEST(facts.open_fds.value_or(0) >= 3u);
    const auto now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
    BOOST_TEST(facts.start_time.value_or(0) <= now.count() + 2);
    BOOST_TEST(facts.start_time.value_or(0) > now.count() - 86400);
}

BOOST_AUTO_TEST_SUITE_END()
