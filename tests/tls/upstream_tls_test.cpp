// Servers behind TLS, by Python's ssl: who is believed, what an end means, what is used again.
#include <future>
#include <thread>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_upstream.h"
#include "support/fault_proxy.h"
#include "support/switched_door.h"
#include "tls_peer.h"
#include <turngate/handlers/fetch.h>
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// What fetching `url` fails with, and how long it may take.
std::string failure_of(const std::string& url, std::chrono::milliseconds timeout = 30s) {
    const Context context;
    try {
        return "fetched: " + fetch(context, {.url = url, .timeout = timeout}).body;
    } catch (const HttpError& e) {
        return std::to_string(e.status()) + ' ' + e.what();
    } catch (const ProtocolError& e) {
        return std::string("502 ") + e.what();
    } catch (const Error& e) {
        return e.what();
    }
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

Json facts(const HandlerPtr& handler) {
    return Json::parse(record(*handler, Request::get("/facts")).body);
}

struct Refusal {
    const char* server;
    const char* host;
    const char* expected;
};
std::ostream& operator<<(std::ostream& out, const Refusal& one) {
    return out << one.server << " as " << one.host;
}

const Refusal refusals[] = {
    {"past", "localhost", "the server's certificate is out of date (certificate has expired)"},
    {"elsewhere", "localhost", "the server's certificate is not for localhost (hostname mismatch)"},
    {"elsewhere", "127.0.0.1",
     "the server's certificate is not for 127.0.0.1 (IP address mismatch)"},
    {"stranger", "localhost",
     "nobody who is trusted here has signed the server's certificate (self-signed certificate): "
     "SSL_CERT_FILE can name"},
    {"old", "localhost", "the server speaks neither TLS 1.2 nor 1.3"},
    {"plain", "localhost", "the server does not speak TLS: is its address http://?"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_tls)

BOOST_AUTO_TEST_CASE(a_request_and_a_reply_go_through_by_name_and_by_address) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    for (const char* host : {"localhost", "127.0.0.1"}) {
        const Response reply =
            record(*upstream({.url = peer->url("good", host)}), Request::get("/hello"));
        BOOST_TEST(reply.status == 200);
        BOOST_TEST(reply.body == "hello");
    }
    BOOST_TEST(failure_of(peer->url("good") + "/hello") == "fetched: hello");
}

BOOST_AUTO_TEST_CASE(a_name_is_told_to_the_server_and_http_1_1_is_spoken) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const Json by_name = facts(upstream({.url = peer->url("good")}));
    BOOST_TEST(by_name["name"].dump() == "\"localhost\"");
    BOOST_TEST(by_name["alpn"].dump() == "\"http/1.1\"");
    BOOST_TEST(by_name["version"].dump() == "\"TLSv1.3\"");
    const Json by_address = facts(upstream({.url = peer->url("tls12", "127.0.0.1")}));
    BOOST_TEST(by_address["name"].is_null());
    BOOST_TEST(by_address["version"].dump() == "\"TLSv1.2\"");
}

BOOST_DATA_TEST_CASE(who_is_not_trusted_gets_no_request, refusals) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const std::string url = peer->url(sample.server, sample.host);
    const std::string seen = failure_of(url + "/hello");
    BOOST_TEST(seen.starts_with("502 " + url + ": " + sample.expected), seen);
    BOOST_CHECK_EXCEPTION(reach_upstream(url, 20s), Error,
                          [&](const Error& e) { return has(e.what(), sample.expected); });
}

BOOST_AUTO_TEST_CASE(who_is_trusted_is_reached) {
    if (const TlsPeer* const peer = TlsPeer::get())
        BOOST_CHECK_NO_THROW(reach_upstream(peer->url("good"), 20s));
}

BOOST_AUTO_TEST_CASE(a_connection_is_used_again_and_the_next_goes_on_with_its_session) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    for (const char* version : {"good", "tls12"}) {
        const HandlerPtr handler = upstream({.url = peer->url(version)});
        std::string seen;
        for (int i = 0; i < 2; ++i) {
            const Json one = facts(handler);
            seen += one["count"].dump() + ' ' + one["reused"].dump() + ' ';
        }
        record(*handler, Request::get("/sized-cut"));  // which ends the connection
        const Json one = facts(handler);
        seen += one["count"].dump() + ' ' + one["reused"].dump();
        BOOST_TEST(seen == "1 false 2 false 1 true");
    }
}

BOOST_AUTO_TEST_CASE(a_reply_without_a_length_is_whole_only_if_the_server_says_so) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    BOOST_TEST(failure_of(peer->url("good") + "/unsized") == "fetched: all of it");
    const std::string seen = failure_of(peer->url("good") + "/unsized-cut");
    BOOST_TEST(has(seen, "no close_notify"), seen);
    BOOST_TEST(has(seen, "reading the reply's body"), seen);
    BOOST_TEST(failure_of(peer->url("good") + "/sized-cut") == "fetched: hello");
}

BOOST_AUTO_TEST_CASE(what_was_changed_on_its_way_is_an_error) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const std::string seen = failure_of(peer->url("good") + "/garbage");
    BOOST_TEST(seen.starts_with("502 "), seen);
    BOOST_TEST(has(seen, "TLS: "), seen);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_was_cut_is_not_used_again) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const HandlerPtr handler = upstream({.url = peer->url("good")});
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(record(*handler, Request::get("/sized-cut")).body == "hello");
        BOOST_TEST(record(*handler, Request::get("/hello")).body == "hello");
    }
}

BOOST_AUTO_TEST_CASE(a_reply_that_nobody_asked_for_is_not_the_next_ones) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const HandlerPtr handler = upstream({.url = peer->url("good")});
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(record(*handler, Request::get("/two-replies")).body == "hello");
        BOOST_TEST(record(*handler, Request::get("/facts")).body != "hello");
    }
}

BOOST_AUTO_TEST_CASE(megabytes_go_both_ways_at_once) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    std::string much(3'000'000, 'x');
    for (std::size_t i = 0; i < much.size(); i += 1000)
        much[i] = static_cast<char>('a' + i / 1000 % 26);
    const HandlerPtr handler = upstream({.url = peer->url("good")});
    for (int i = 0; i < 2; ++i) {
        Recorder response("POST", 4'000'000);
        Request request = Request::post("/echo", much, "text/plain");
        serve(*handler, request, response);
        BOOST_TEST(response.response().status == 200);
        BOOST_TEST((response.response().body == much));
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_that_stalls_ends_in_time_and_at_once_when_it_is_cancelled) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const std::string url = peer->url("silent");
    BOOST_TEST(failure_of(url + "/", 50ms) ==
               "504 " + url + ": the TLS handshake was not over in time");
    const HandlerPtr impatient = upstream({.url = url, .connect_timeout = 50ms});
    BOOST_TEST(record(*impatient, Request::get("/")).status == 504);

    std::stop_source stop;
    Request request = Request::get("/");
    request.context.stop = stop.get_token();
    std::thread canceller([&] { stop.request_stop(); });
    Recorder response("GET");
    const Outcome outcome = serve(*upstream({.url = url}), request, response);
    canceller.join();
    BOOST_TEST(!outcome.complete);
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_in_the_middle_of_the_handshake_is_told) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    for (const auto then : {Faults::Then::close, Faults::Then::reset}) {
        FaultProxy proxy({.host = "127.0.0.1", .port = peer->port("good")}, {},
                         {.cut_after = 100, .then = then});
        const std::string seen =
            failure_of("https://localhost:" + std::to_string(proxy.address().port) + '/');
        BOOST_TEST(seen.starts_with("502 "), seen);
        BOOST_TEST(
            (has(seen, "in the middle of the TLS handshake") || has(seen, "handshake broke off")),
            seen);
    }
}

BOOST_AUTO_TEST_CASE(bytes_may_come_one_by_one) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    FaultProxy proxy({.host = "127.0.0.1", .port = peer->port("good")}, {.piece = 7}, {.piece = 1});
    const std::string origin = "https://localhost:" + std::to_string(proxy.address().port);
    BOOST_TEST(failure_of(origin + "/hello") == "fetched: hello");
    BOOST_TEST(failure_of(origin + "/unsized") == "fetched: all of it");
}

BOOST_AUTO_TEST_CASE(a_switched_protocol_is_passed_on_both_ways_until_both_have_ended) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    SwitchedDoor door;
    const std::string much(1'000'000, 'x');
    std::string got;
    std::thread client([&] {
        FakePeer end(door.client(), 1);
        std::thread writer([&] {
            FakePeer other(door.client(), 1);
            other.write(much);
            other.end_output();
        });
        got = end.read_until("the very end");  // there is none: all of it
        writer.join();
    });
    Request request = Request::make(
        "GET", "/upgrade", {}, {{"Host", "h"}, {"Connection", "Upgrade"}, {"Upgrade", "echo"}});
    ResponseWriter response(door);
    serve(*upstream({.url = peer->url("good")}), request, response);
    client.join();
    BOOST_TEST((got == "early " + much + " last"));
    BOOST_TEST(door.outcome == "finished");
}

BOOST_AUTO_TEST_CASE(many_threads_share_an_upstream) {
    const TlsPeer* const peer = TlsPeer::get();
    if (!peer) return;
    const HandlerPtr handler = upstream({.url = peer->url("good"), .max_connections = 3});
    std::vector<std::future<int>> all;
    for (int i = 0; i < 8; ++i)
        all.push_back(std::async(std::launch::async, [&] {
            int good = 0;
            for (int n = 0; n < 20; ++n)
                good += record(*handler, Request::get("/hello")).body == "hello";
            return good;
        }));
    for (auto& one : all)
        BOOST_TEST(one.get() == 20);
}

BOOST_AUTO_TEST_SUITE_END()
