// What the two sides of an invocation see of each other.
#include "host/function_invocation.h"

#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace turngate::host;

namespace {

using Stage = FunctionInvocation::Stage;

struct Fixture {
    FunctionInvocation invocation{{.id = "a", .event = "{}"}, 1};
    Notice notice;

    // What is streamed, as long as it is.
    std::string rest() {
        std::string out;
        for (;;) {
            const bool has_ended = invocation.stage() == Stage::ended;
            const std::string piece = invocation.take_stream();
            if (piece.empty() && has_ended) return out;
            out += piece;
            if (piece.empty()) notice.wait();
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(host_function_invocation, Fixture)

BOOST_AUTO_TEST_CASE(it_is_ended_by_the_first_who_claims_it) {
    BOOST_TEST(invocation.claim());
    BOOST_TEST(!invocation.claim());
    BOOST_TEST((invocation.stage() == Stage::running));
    invocation.attend(&notice);
    invocation.end({.payload = "x"});
    notice.wait();
    BOOST_TEST((invocation.stage() == Stage::ended));
    BOOST_TEST(invocation.result().payload == "x");
}

BOOST_AUTO_TEST_CASE(a_long_stream_is_held_up_by_who_takes_it) {
    invocation.attend(&notice);
    std::thread function([&] {
        invocation.begin_stream("text/x");
        for (int i = 0; i < 1000; ++i)
            if (!invocation.stream(std::string(1000, 'x'))) return;
        invocation.claim();
        invocation.end({});
    });
    const std::string all = rest();
    function.join();
    BOOST_TEST(all.size() == 1'000'000u);
    BOOST_TEST(invocation.stream_type() == "text/x");
}

BOOST_AUTO_TEST_CASE(a_stream_that_nobody_takes_is_dropped) {
    std::thread function([&] {
        invocation.begin_stream("");
        while (invocation.stream(std::string(1000, 'x'))) {
        }
    });
    invocation.abandon();
    function.join();
    BOOST_TEST(invocation.take_stream() == "");
}

BOOST_AUTO_TEST_CASE(who_streams_is_let_go_when_it_has_been_ended) {
    std::thread function([&] {
        invocation.begin_stream("");
        while (invocation.stream(std::string(1000, 'x'))) {
        }
    });
    invocation.end({.error_type = "Sandbox.Timedout"});
    function.join();
    BOOST_TEST((invocation.stage() == Stage::ended));
}

BOOST_AUTO_TEST_SUITE_END()
