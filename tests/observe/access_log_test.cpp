#include "observe/access_log.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "observe/trace_context.h"
#include <turngate/json/json.h>
#include <turngate/os/fd.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

Outcome done(int status, std::uint64_t bytes = 0, bool complete = true) {
    Outcome out;
    out.status = status;
    out.bytes = bytes;
    out.complete = complete;
    return out;
}

// What an access log in this form writes of a request.
std::string written(LogForm form, Request request, const Outcome& outcome = done(200),
                    AccessLogOptions options = {}) {
    os::Pipe pipe = os::make_pipe();
    {
        Log log(pipe.write.get(), std::move(form));
        AccessLog access(log, options);
        access.began(request);
        access.ended(request, outcome, 1234us);
    }
    pipe.write.reset();
    std::string out(40'000, '\0');
    out.resize(os::read_whole(pipe.read.get(), out));
    return out;
}

Request request(std::string_view target) {
    Request out = Request::get(target);
    out.context.request_id = "r-1";
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_log)

BOOST_AUTO_TEST_CASE(a_json_line_has_the_names_of_the_table) {
    Request traced = request("/a%20b?token=secret");
    traced.context.put(TraceContext{.trace_id = std::string(32, 'a')});

    const Json line = Json::parse(written({.door = "http"}, std::move(traced), done(201, 42)));

    BOOST_TEST(*line["level"].string() == "info");
    BOOST_TEST(*line["msg"].string() == "request");
    BOOST_TEST(*line["request_id"].string() == "r-1");
    BOOST_TEST(*line["trace_id"].string() == std::string(32, 'a'));
    BOOST_TEST(*line["door"].string() == "http");
    BOOST_TEST(*line["shape"].string() == "http");
    BOOST_TEST(*line["method"].string() == "GET");
    BOOST_TEST(*line["path"].string() == "/a%20b");
    BOOST_TEST(*line["status"].integer() == 201);
    BOOST_TEST(*line["bytes"].integer() == 42);
    BOOST_TEST(line["ms"].number_or(0) == 1.234);
    BOOST_TEST(*line["cold"].boolean());
    BOOST_TEST(line["ts"].string()->size() == 24u);
}

BOOST_AUTO_TEST_CASE(a_query_is_logged_only_if_asked) {
    BOOST_TEST(written({}, request("/x?token=secret")).find("secret") == std::string::npos);
    BOOST_TEST(written({}, request("/x?token=secret"), done(200), {.query = true})
                   .find("/x?token=secret") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(powertools_names_stand_beside_ours) {
    Request traced = request("/");
    traced.context.put(TraceContext{.xray = "Root=1-5759e988-bd862e3fe1be46a994272793"});
    LogForm form;
    form.powertools = true;
    form.service = "orders";

    const Json line = Json::parse(written(form, std::move(traced)));

    BOOST_TEST(*line["level"].string() == "INFO");
    BOOST_TEST(*line["timestamp"].string() == *line["ts"].string());
    BOOST_TEST(*line["message"].string() == "request");
    BOOST_TEST(*line["service"].string() == "orders");
    BOOST_TEST(*line["function_request_id"].string() == "r-1");
    BOOST_TEST(*line["xray_trace_id"].string() == "Root=1-5759e988-bd862e3fe1be46a994272793");
    BOOST_TEST(*line["cold_start"].boolean());
}

BOOST_AUTO_TEST_CASE(lambdas_own_format_has_its_names_alone) {
    LogForm form{.lambda = true, .door = "lambda"};

    const Json line = Json::parse(written(form, request("/")));

    BOOST_TEST(*line["level"].string() == "INFO");
    BOOST_TEST(line["timestamp"].string()->size() == 24u);
    BOOST_TEST(*line["message"].string() == "request");
    BOOST_TEST(*line["requestId"].string() == "r-1");
    BOOST_TEST(line["ts"].is_null());
}

BOOST_AUTO_TEST_CASE(people_get_a_short_line) {
    LogForm form;
    form.json = false;
    BOOST_TEST(written(form, request("/x?y"), done(404, 9)) ==
               "info request GET /x 404 9 bytes 1.234 ms\n");
    BOOST_TEST(
        written(form, request("/x"), done(200, 0, false)).starts_with("info request broken off "));
}

BOOST_AUTO_TEST_CASE(a_mount_is_a_part_of_the_path) {
    Request mounted = request("/api/users");
    mounted.url.strip_prefix("/api");
    BOOST_TEST(written({}, std::move(mounted)).find("\"/api/users\"") != std::string::npos);
    Request bare = request("/api");
    bare.url.strip_prefix("/api");
    BOOST_TEST(written({}, std::move(bare)).find("\"/api\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_longest_of_everything_is_one_line_of_16_kib) {
    const std::string worst(100'000, '\x01');
    for (const bool json : {true, false})
        for (const bool powertools : {true, false}) {
            Request huge;
            huge.method = huge.url.path = huge.url.query = worst;
            huge.context.request_id = worst;
            huge.context.put(TraceContext{.trace_id = worst, .xray = worst});
            huge.context.put(EventShape{worst});
            LogForm form;
            form.json = json;
            form.powertools = powertools;
            form.service = worst;
            const std::string line = written(form, std::move(huge), done(200), {.query = true});
            BOOST_TEST(line.size() <= 16u * 1024);
            BOOST_TEST(std::count(line.begin(), line.end(), '\n') == 1);

            os::Pipe pipe = os::make_pipe();
            Log(pipe.write.get(), form).write(Level::error, worst);
            pipe.write.reset();
            std::string out(40'000, '\0');
            out.resize(os::read_whole(pipe.read.get(), out));
            BOOST_TEST(out.size() <= 16u * 1024);

            LogLine fields(form, Level::error, worst, Context());
            for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"})
                fields.text(name, worst);
            fields.number("last", 1);
            const std::string all = fields.take();
            BOOST_TEST(all.size() <= 16u * 1024);
            BOOST_TEST(all.ends_with(json ? ",\"last\":1}\n" : " 1\n"));
            if (!json) continue;
            BOOST_TEST(Json::parse(all).members() != nullptr);
            const Json message = Json::parse(out);
            BOOST_TEST(message["msg"].string() != nullptr);
        }
}

BOOST_AUTO_TEST_CASE(only_the_first_request_is_cold) {
    os::Pipe pipe = os::make_pipe();
    Log log(pipe.write.get(), {});
    AccessLog access(log);
    Request first = request("/"), second = request("/");
    access.began(first);
    access.began(second);
    BOOST_TEST(first.context.find<ColdStart>() != nullptr);
    BOOST_TEST(second.context.find<ColdStart>() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_refusal_has_a_line) {
    os::Pipe pipe = os::make_pipe();
    {
        Log log(pipe.write.get(), {});
        AccessLog(log).refused(431);
    }
    pipe.write.reset();
    std::string out(4096, '\0');
    out.resize(os::read_whole(pipe.read.get(), out));
    const Json line = Json::parse(out);
    BOOST_TEST(*line["status"].integer() == 431);
}

BOOST_AUTO_TEST_SUITE_END()
