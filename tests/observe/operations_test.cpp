#include "observe/operations.h"

#include <atomic>
#include <semaphore>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/serve.h>
#include <turngate/json/json.h>
#include <turngate/os/socket.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

Response ask(const BackendReadiness& readiness, std::string_view path,
             std::string_view method = "GET", Headers headers = {}) {
    const Metrics metrics("http");
    return record(*operations(metrics, readiness),
                  Request::make(method, path, {}, std::move(headers)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operations_handler)

BOOST_AUTO_TEST_CASE(a_process_that_runs_is_healthy) {
    const Response response = ask(BackendReadiness(), "/_turngate/health");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == "ok\n");
    BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
}

BOOST_AUTO_TEST_CASE(without_a_back_end_it_is_ready_until_it_stops) {
    BackendReadiness readiness;
    BOOST_TEST(ask(readiness, "/_turngate/ready").body == "ready\n");

    readiness.drain();

    const Response response = ask(readiness, "/_turngate/ready");
    BOOST_TEST(response.status == 503);
    BOOST_TEST(response.body == "not ready: stopping\n");
    BOOST_TEST(ask(readiness, "/_turngate/health").status == 200);
}

BOOST_AUTO_TEST_CASE(json_is_for_those_who_ask_for_it) {
    BackendReadiness readiness;
    readiness.drain();
    const Response response =
        ask(readiness, "/_turngate/ready", "GET", {{"Accept", "application/json"}});
    const Json body = Json::parse(response.body);
    BOOST_TEST(*body["status"].string() == "not ready");
    BOOST_TEST(*body["reason"].string() == "stopping");
}

BOOST_AUTO_TEST_CASE(metrics_have_the_type_that_was_asked_for) {
    const Response plain = ask(BackendReadiness(), "/_turngate/metrics");
    BOOST_TEST(plain.headers.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    const Response response = ask(BackendReadiness(), "/_turngate/metrics", "GET",
                                  {{"Accept", "application/openmetrics-text; version=1.0.0"}});
    BOOST_TEST(response.headers.get("Content-Type") ==
               "application/openmetrics-text; version=1.0.0; charset=utf-8");
    BOOST_TEST(response.body.ends_with("# EOF\n"));
}

BOOST_AUTO_TEST_CASE(only_get_and_head_of_what_is_there) {
    const Response post = ask(BackendReadiness(), "/_turngate/health", "POST");
    BOOST_TEST(post.status == 405);
    BOOST_TEST(post.headers.get("Allow") == "GET, HEAD");
    BOOST_TEST(ask(BackendReadiness(), "/_turngate/health", "HEAD").status == 200);
    BOOST_TEST(ask(BackendReadiness(), "/_turngate/health", "HEAD").body.empty());
    BOOST_TEST(ask(BackendReadiness(), "/_turngate/").status == 404);
    BOOST_TEST(ask(BackendReadiness(), "/_turngate/healthy").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(readiness)

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_probe_that_hangs) {
    std::binary_semaphore end(0);
    const BackendReadiness readiness([&]() -> std::optional<std::string> {
        end.acquire();
        return std::nullopt;
    });
    BOOST_TEST(readiness.obstacle().value_or("") == "the back end has not answered yet");
    end.release();
}

BOOST_AUTO_TEST_CASE(it_follows_the_back_end) {
    std::atomic<bool> works = false;
    std::atomic<int> failures = 0;
    std::counting_semaphore<> asked(0);
    const BackendReadiness readiness(
        [&]() -> std::optional<std::string> {
            asked.release();
            return works ? std::nullopt : std::optional<std::string>("it is down");
        },
        1ms, [&] { ++failures; });
    auto settle = [&] {  // the second call from now begins after the first has been noted
        while (asked.try_acquire()) {
        }
        for (int i = 0; i < 3; ++i)
            asked.acquire();
    };

    settle();
    BOOST_TEST(readiness.obstacle().value_or("") == "it is down");
    BOOST_TEST(failures > 0);
    works = true;
    settle();
    BOOST_TEST(!readiness.obstacle());
}

BOOST_AUTO_TEST_CASE(a_back_end_may_tell_by_itself) {
    BackendReadiness readiness;
    const BackendChanged changed = readiness.listen();
    BOOST_TEST(!readiness.obstacle());
    changed("it has died");
    BOOST_TEST(readiness.obstacle().value_or("") == "it has died");
    changed("");
    BOOST_TEST(!readiness.obstacle());
}

BOOST_AUTO_TEST_CASE(a_back_end_that_was_replaced_is_heard_no_more) {
    BackendReadiness readiness;
    const BackendChanged before = readiness.listen();
    before("");
    const BackendChanged failed = readiness.listen();  // it never comes to tell anything
    before("it has died");
    BOOST_TEST(readiness.obstacle().value_or("") == "it has died");

    readiness.listen()("");
    before("it has died again");

    BOOST_TEST(!readiness.obstacle());
}

BOOST_AUTO_TEST_CASE(what_a_probe_throws_is_the_reason) {
    std::counting_semaphore<> asked(0);
    const BackendReadiness readiness(
        [&]() -> std::optional<std::string> {
            asked.release();
            throw std::runtime_error("odd");
        },
        1ms);
    asked.acquire();
    asked.acquire();
    BOOST_TEST(readiness.obstacle().value_or("") == "odd");
}

BOOST_AUTO_TEST_CASE(a_probe_connects_to_what_a_target_names) {
    const os::Fd listener = os::listen_on(os::Address::parse("127.0.0.1:0"));
    const std::string address = os::local_address(listener.get()).text();
    const test::TemporaryDirectory directory;
    const std::string path = directory.path() + "/a:b.sock";
    const os::Fd local = os::listen_on(os::Address::parse("unix:" + path));
    for (const std::string& target : {"http://" + address, "http://" + address + "/app?timeout=1s",
                                      "http+unix:" + directory.path() + "/a%3Ab.sock:/app?max=1"})
        BOOST_TEST(!backend_probe(target)().has_value(), target);

    const auto gone = backend_probe("http+unix:/nonexistent/app.sock");
    BOOST_TEST(gone().value_or("") ==
               "the back end does not answer: http+unix:/nonexistent/app.sock: cannot connect to "
               "unix:/nonexistent/app.sock: No such file or directory");
}

BOOST_AUTO_TEST_CASE(targets_in_this_process_have_no_probe) {
    for (const char* target :
         {"self", "plugin:./x.so", "cgi:./x", "http:spawn:./x", "fcgi:spawn:./x"})
        BOOST_TEST(!backend_probe(target));
}

BOOST_AUTO_TEST_SUITE_END()
