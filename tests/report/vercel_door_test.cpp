// Requests through the HTTP door, as Vercel hears of them.
#include <algorithm>
#include <atomic>
#include <map>
#include <semaphore>
#include <sys/socket.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "serve_vercel.h"
#include "support/tcp_client.h"
#include "support/vercel_served.h"
#include <turngate/handlers/vercel_system.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// "type invocation text", shortly.
std::string brief(const std::string& frame) {
    const Json parsed = Json::parse(frame);
    const Json& payload = parsed["payload"];
    std::string out =
        parsed["type"].string_or("") + ' ' + payload["context"]["invocationId"].string_or("-");
    if (payload["message"].string()) out += ' ' + FakeIpc::message(frame);
    return out;
}

std::string brief(const std::vector<std::string>& frames) {
    std::string out;
    for (const std::string& frame : frames)
        out += brief(frame) + "; ";
    return out;
}

ReadVariable environment(std::map<std::string, std::string> variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_door)

BOOST_AUTO_TEST_CASE(answers_the_ping_alone_and_tells_nobody) {
    VercelServed served([](Request&) { return text("handler"); });
    served.ipc.server_started(served.port());
    for (const char* request :
         {"GET /_vercel/ping HTTP/1.1", "POST /_vercel/ping?x=1 HTTP/1.1",
          "GET http://h/_vercel/ping HTTP/1.1", "HEAD /_vercel/ping HTTP/1.1"}) {
        const std::string reply =
            ask(served.served, std::string(request) +
                                   "\r\nHost: h\r\nx-vercel-internal-invocation-id: i\r\n"
                                   "Content-Length: 0\r\nConnection: close\r\n\r\n");
        BOOST_TEST(reply.starts_with("HTTP/1.1 200 "), request);
        BOOST_TEST(reply.ends_with(request[0] == 'H' ? "\r\n\r\n" : "\r\n\r\nOK"), request);
    }
    BOOST_TEST(brief(served.frames()) == "server-started -; ");
    for (const char* other : {"/_vercel/ping/", "/_vercel/pin", "/_vercel/Ping", "/_vercel%2Fping"})
        BOOST_TEST(served.ask_as("i", other).ends_with("handler"), other);
}

BOOST_AUTO_TEST_CASE(attributes_what_a_handler_says) {
    VercelServed served([](Request& request) {
        const vercel::Invocation* known = vercel::invocation(request);
        request.context.log(Level::info, "hello");
        return text(std::to_string(known ? known->request_id : 0));
    });
    served.ipc.server_started(served.port());
    BOOST_TEST(served.ask_as("a", "/").ends_with("\r\n\r\n7"));
    ask(served.served, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    BOOST_TEST(brief(served.frames()) ==
               "server-started -; handler-started a; log a hello; end a; log 0 hello; ");
}

BOOST_AUTO_TEST_CASE(logs_what_a_handler_throws_before_the_end) {
    VercelServed served([](Request& request, ResponseWriter& response) {
        if (request.url.path == "/late") response.write("x"), response.flush();
        throw std::runtime_error("boom");
    });
    served.ipc.server_started(served.port());
    BOOST_TEST(served.ask_as("a", "/").starts_with("HTTP/1.1 500 "));
    served.ask_as("b", "/late");
    BOOST_TEST(brief(served.frames()) ==
               "server-started -; handler-started a; log a boom; end a; "
               "handler-started b; log b boom; end b; ");
}

BOOST_AUTO_TEST_CASE(ends_when_what_is_left_to_do_is_done) {
    std::binary_semaphore answered{0};
    VercelServed served([&](Request& request) {
        request.context.wait_until([&, &context = request.context] {
            answered.acquire();
            context.log(Level::info, "task");
        });
        return text("now");
    });
    served.ipc.server_started(served.port());
    BOOST_TEST(served.ask_as("a", "/").ends_with("now"));
    served.ipc.logged(Context(), Level::info, "answered");
    answered.release();
    BOOST_TEST(brief(served.frames()) ==
               "server-started -; handler-started a; log 0 answered; log a task; end a; ");
}

BOOST_AUTO_TEST_CASE(ends_when_the_socket_has_the_last_byte) {
    const std::string large(8 << 20, 'x');
    std::binary_semaphore returned{0};
    VercelServed served([&](Request&, ResponseWriter& response) {
        response.header("Content-Length", std::to_string(large.size()));
        response.write(large);
        response.finish();
        returned.release();
    });
    served.ipc.server_started(served.port());
    const os::Fd client = connect_with_receive_buffer(served.served, 4096);
    os::write_whole(client.get(),
                    "GET / HTTP/1.1\r\nHost: h\r\nx-vercel-internal-invocation-id: a\r\n"
                    "Connection: close\r\n\r\n");
    if (returned.try_acquire_for(500ms)) {  // what is left is the door's to send
        served.ipc.logged(Context(), Level::info, "returned");
        BOOST_TEST(served.ipc.unended() == 1);
    }
    BOOST_TEST(read_all(client).size() > large.size());
    const std::string told = brief(served.frames());
    BOOST_TEST(told.ends_with("end a; "));
}

BOOST_AUTO_TEST_CASE(ends_once_when_the_client_leaves) {
    VercelServed served([](Request& request, ResponseWriter& response) {
        while (!request.context.cancelled()) {
            response.write("x");
            response.flush();
            std::this_thread::sleep_for(1ms);
        }
        request.context.check();
    });
    served.ipc.server_started(served.port());
    {
        os::Fd client = served.served.connect();
        os::write_whole(client.get(),
                        "GET / HTTP/1.1\r\nHost: h\r\nx-vercel-internal-invocation-id: a\r\n\r\n");
        read_until(client, "x");
        reset(client);
    }
    BOOST_TEST(brief(served.frames()) == "server-started -; handler-started a; end a; ");
}

BOOST_AUTO_TEST_CASE(ends_once_when_protocols_are_switched) {
    std::binary_semaphore go_on{0};
    VercelServed served([&](Request& request, ResponseWriter& response) {
        response.switch_protocols({{"Upgrade", "echo"}}).write("switched");
        go_on.acquire();
        request.context.log(Level::info, "later");
        if (request.url.path == "/throw") throw std::runtime_error("boom");
    });
    served.ipc.server_started(served.port());
    for (const char* path : {"/", "/throw"}) {
        os::Fd client = served.served.connect();
        os::write_whole(client.get(),
                        std::string("GET ") + path +
                            " HTTP/1.1\r\nHost: h\r\nx-vercel-internal-invocation-id: a\r\n"
                            "Connection: Upgrade\r\nUpgrade: echo\r\n\r\n");
        read_until(client, "switched");
        served.ipc.logged(Context(), Level::info, "open");
        go_on.release();
        read_all(client);
    }
    BOOST_TEST(brief(served.frames()) ==
               "server-started -; handler-started a; end a; log 0 open; log a later; "
               "handler-started a; end a; log 0 open; log a later; log a boom; ");
}

BOOST_AUTO_TEST_CASE(ends_what_is_refused_before_a_handler_sees_it) {
    VercelServed served([](Request&) { return text("handler"); }, {}, {.max_body = 10});
    served.ipc.server_started(served.port());
    const std::string chunked = "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    // The end is told behind the answer.
    const auto wait_for_end = [&] {
        while (served.ipc.unended() > 0)
            std::this_thread::yield();
    };
    const auto refused = [&](const std::string& id, const std::string& rest) {
        const std::string reply = ask(
            served.served,
            "POST / HTTP/1.1\r\nHost: h\r\nx-vercel-internal-invocation-id: " + id + "\r\n" + rest);
        wait_for_end();
        return reply;
    };
    BOOST_TEST(refused("length", "Content-Length: 11\r\n\r\n").starts_with("HTTP/1.1 413 "));
    BOOST_TEST(refused("chunk", chunked + "b\r\n12345678901\r\n").starts_with("HTTP/1.1 413 "));
    BOOST_TEST(refused("framing", chunked + "no size\r\n").starts_with("HTTP/1.1 400 "));
    {
        const os::Fd client = served.served.connect();
        os::write_whole(client.get(),
                        "POST / HTTP/1.1\r\nHost: h\r\nx-vercel-internal-invocation-id: left\r\n"
                        "Content-Length: 9\r\n\r\nabc");
        ::shutdown(client.get(), SHUT_WR);
        BOOST_TEST(read_all(client).starts_with("HTTP/1.1 400 "));
    }
    BOOST_TEST(brief(served.frames()) ==
               "server-started -; handler-started length; end length; handler-started chunk; "
               "end chunk; handler-started framing; end framing; handler-started left; end left; ");
}

BOOST_AUTO_TEST_CASE(ends_what_nobody_has_the_time_for) {
    std::atomic<int> begun = 0;
    std::counting_semaphore<> go_on{0};
    VercelServed served(
        [&](Request&) {
            ++begun;
            go_on.acquire();
            return text("late");
        },
        {}, {.max_threads = 2});
    served.ipc.server_started(served.port());
    std::vector<std::thread> busy;
    for (const char* id : {"a", "b"})
        busy.emplace_back([&, id] { served.ask_as(id, "/"); });
    while (begun < 2)
        std::this_thread::yield();
    BOOST_TEST(served.ask_as("c", "/").starts_with("HTTP/1.1 503 "));
    while (served.ipc.unended() > 2)
        std::this_thread::yield();
    served.ipc.logged(Context(), Level::info, "turned away");
    go_on.release(2);
    for (std::thread& one : busy)
        one.join();
    const std::string told = brief(served.frames());
    BOOST_TEST(told.find("handler-started c; end c; log 0 turned away; ") != told.npos, told);
}

BOOST_AUTO_TEST_CASE(keeps_frames_of_a_thousand_requests_apart) {
    constexpr int clients = 20, requests = 50, lines = 3;
    VercelServed served([](Request& request) {
        for (int i = 0; i < lines; ++i)
            request.context.log(Level::info, vercel::invocation(request)->id);
        return text("ok");
    });
    served.ipc.server_started(served.port());
    std::map<std::string, std::string> told;
    std::thread reader([&] {
        for (const std::string& frame : served.platform.until("all")) {
            const Json parsed = Json::parse(frame);
            const std::string id = parsed["payload"]["context"]["invocationId"].string_or("");
            std::string what = parsed["type"].string_or("");
            if (what == "log" && FakeIpc::message(frame) != id) what = "foreign";
            told[id] += what + ' ';
        }
    });
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c)
        threads.emplace_back([&, c] {
            for (int i = 0; i < requests; ++i)
                served.ask_as("inv-" + std::to_string(c) + '-' + std::to_string(i), "/");
        });
    for (std::thread& thread : threads)
        thread.join();
    while (served.ipc.unended() > 0)
        std::this_thread::yield();
    served.ipc.logged(Context(), Level::fatal, "all");
    reader.join();
    told.erase("");
    BOOST_TEST(told.size() == std::size_t{clients * requests});
    for (const auto& [id, frames] : told)
        BOOST_TEST(frames == "handler-started log log log end ", id);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(vercel_of_the_environment)

BOOST_AUTO_TEST_CASE(is_on_loopback_and_a_free_port) {
    const VercelSettings usual = vercel_settings(environment({{"PORT", "80"}, {"HOST", "::"}}));
    BOOST_TEST(usual.http.listen.front() == "127.0.0.1:0");
    BOOST_TEST(usual.http.health_path == "/_vercel/ping");
    BOOST_TEST(usual.handler_started);
    BOOST_TEST(usual.last_stand.count() == 450);
    BOOST_TEST(usual.http.max_threads == 2048u);
    BOOST_TEST((usual.http.idle_timeout == 24h));
    BOOST_TEST(usual.http.header_size == 64u * 1024);
    BOOST_TEST(vercel_settings(environment({{"VERCEL_DEV", "1"}})).last_stand.count() == 30'000);
    const VercelSettings other =
        vercel_settings(environment({{"TURNGATE_LISTEN", "127.0.0.1:3000"},
                                     {"TURNGATE_VERCEL_HANDLER_STARTED", "0"},
                                     {"TURNGATE_DRAIN_TIMEOUT", "1s"}}));
    BOOST_TEST(other.http.listen.front() == "127.0.0.1:3000");
    BOOST_TEST(!other.handler_started);
    BOOST_TEST(usual.fetch_metrics);
    const char* const off = "VERCEL_TRACING_DISABLE_AUTOMATIC_FETCH_INSTRUMENTATION";
    BOOST_TEST(!vercel_settings(environment({{off, "1"}})).fetch_metrics);
    BOOST_TEST(vercel_settings(environment({{off, "0"}})).fetch_metrics);
    BOOST_TEST(other.last_stand.count() == 1050);
    BOOST_CHECK_THROW(vercel_settings(environment({{"TURNGATE_VERCEL_HANDLER_STARTED", "no"}})),
                      Error);
}

BOOST_AUTO_TEST_CASE(is_plain_http_where_there_is_no_socket_to_tell) {
    using Variables = std::map<std::string, std::string>;
    const auto is_plain = [](const Variables& variables) {
        return is_plain_vercel(environment(variables));
    };
    BOOST_TEST(is_plain({{"VERCEL", "1"}}));
    BOOST_TEST(is_plain({{"VERCEL_DEV", "1"}, {"PORT", "80"}}));
    BOOST_TEST(!is_plain({{"PORT", "80"}}));
    BOOST_TEST(!is_plain({{"VERCEL", "0"}, {"VERCEL_DEV", ""}, {"VERCEL_DEV_PORT", "1"}}));

    const auto place = [](const Variables& variables) {
        return plain_vercel_settings(environment(variables)).http.listen.front();
    };
    BOOST_TEST(place({}) == "127.0.0.1:3000");
    BOOST_TEST(place({{"PORT", "80"}}) == ":80");
    BOOST_TEST(place({{"PORT", "80"}, {"HOST", "127.0.0.1"}}) == "127.0.0.1:80");
    BOOST_TEST(place({{"HOST", "::"}}) == "[::]:3000");
    BOOST_TEST(place({{"VERCEL_DEV_PORT", "38412"}}) == "127.0.0.1:38412");
    BOOST_TEST(place({{"VERCEL_DEV_PORT", "38412"}, {"PORT", "80"}}) == "127.0.0.1:38412");
    BOOST_TEST(place({{"TURNGATE_LISTEN", "127.0.0.1:9"}, {"PORT", "80"}}) == "127.0.0.1:9");
    for (const char* wrong : {"x", "-1", "65536"})
        BOOST_CHECK_THROW(place({{"VERCEL_DEV_PORT", wrong}}), Error);

    const VercelSettings deployed = plain_vercel_settings(environment({}));
    BOOST_TEST(deployed.last_stand.count() == 450);
    BOOST_TEST(deployed.http.drain_timeout.count() == 400);
    BOOST_TEST(deployed.http.health_path == "/_vercel/ping");
    const VercelSettings dev =
        plain_vercel_settings(environment({{"VERCEL_DEV", "1"},
                                           {"VERCEL_SERVICE_ROUTE_PREFIX_STRIP", "1"},
                                           {"VERCEL_SERVICE_ROUTE_PREFIX", "/api"}}));
    BOOST_TEST(dev.last_stand.count() == 30'000);
    BOOST_TEST(dev.prefix == "/api");
}

BOOST_AUTO_TEST_CASE(strips_the_prefix_of_a_service) {
    auto prefix = [](const char* strip, const char* value) {
        return vercel_settings(environment({{"VERCEL_SERVICE_ROUTE_PREFIX_STRIP", strip},
                                            {"VERCEL_SERVICE_ROUTE_PREFIX", value}}))
            .prefix;
    };
    BOOST_TEST(prefix("1", " /_svc/b/ ") == "/_svc/b");
    BOOST_TEST(prefix(" TRUE ", "api") == "/api");
    BOOST_TEST(prefix("1", "/") == "");
    BOOST_TEST(prefix("1", "") == "");
    BOOST_TEST(prefix("0", "/api") == "");
    BOOST_TEST(prefix("yes", "/api") == "");

    const HandlerPtr handler =
        behind_prefix(to_handler([](Request& r) { return text(r.url.target()); }), "/_svc/b");
    auto path = [&](const char* target) { return record(*handler, Request::get(target)).body; };
    BOOST_TEST(path("/_svc/b") == "/");
    BOOST_TEST(path("/_svc/b?q=1") == "/?q=1");
    BOOST_TEST(path("/_svc/b/x%20y%2Fz?q=%20") == "/x%20y%2Fz?q=%20");
    BOOST_TEST(path("/_svc/bx") == "/_svc/bx");
    BOOST_TEST(path("/_svc/b/_svc/b/x") == "/_svc/b/x");
    BOOST_TEST(record(*handler, Request::make("OPTIONS", "*")).body == "*");
}

BOOST_AUTO_TEST_SUITE_END()
