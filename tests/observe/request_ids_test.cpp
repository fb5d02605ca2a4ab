#include "observe/request_ids.h"

#include <boost/test/unit_test.hpp>

#include "observe/trace_context.h"

using namespace turngate;

namespace {

constexpr std::string_view good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// The id that a request ends up with whose header says "outer".
std::string id(TrustIds trust, std::string_view address, std::string_view header = "outer") {
    Request request = Request::get("/");
    request.context.request_id = "own";
    request.remote_address = address;
    request.headers.add("X-Request-Id", header);
    RequestIds(trust).began(request);
    return request.context.request_id;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_ids)

BOOST_AUTO_TEST_CASE(only_who_is_trusted_chooses_the_id) {
    BOOST_TEST(id(TrustIds::local, "127.0.0.1") == "outer");
    BOOST_TEST(id(TrustIds::local, "::1") == "outer");
    BOOST_TEST(id(TrustIds::local, "") == "outer");
    BOOST_TEST(id(TrustIds::local, "192.0.2.1") == "own");
    BOOST_TEST(id(TrustIds::all, "192.0.2.1") == "outer");
    BOOST_TEST(id(TrustIds::none, "127.0.0.1") == "own");
}

BOOST_AUTO_TEST_CASE(an_id_that_is_not_plain_is_not_taken) {
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\tb"),
                                   std::string("é"), std::string("a\"b"), std::string(129, 'a')})
        BOOST_TEST(id(TrustIds::all, "", bad) == "own");
    BOOST_TEST(id(TrustIds::all, "", std::string(128, 'a')) == std::string(128, 'a'));
}

BOOST_AUTO_TEST_CASE(headers_stay_as_they_came) {
    Request request = Request::get("/");
    request.headers.add("X-Request-Id", "a b");
    request.headers.add("traceparent", "broken");
    const Headers before = request.headers;
    RequestIds(TrustIds::all).began(request);
    BOOST_TEST((request.headers == before));
}

BOOST_AUTO_TEST_CASE(a_request_of_a_trace_knows_it) {
    Request request = Request::get("/");
    request.headers.add("TraceParent", good);
    RequestIds(TrustIds::none).began(request);
    BOOST_TEST_REQUIRE(request.context.find<TraceContext>());
    BOOST_TEST(request.context.find<TraceContext>()->trace_id ==
               "0af7651916cd43dd8448eb211c80319c");

    Request plain = Request::get("/");
    RequestIds(TrustIds::none).began(plain);
    BOOST_TEST(!plain.context.find<TraceContext>());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(trace_contexts)

BOOST_AUTO_TEST_CASE(a_traceparent_is_read) {
    const auto trace = parse_traceparent(good);
    BOOST_TEST_REQUIRE(trace.has_value());
    BOOST_TEST(trace->parent_id == "b7ad6b7169203331");
    BOOST_TEST(trace->sampled);
    BOOST_TEST(traceparent(trace->trace_id, trace->parent_id, true) == good);
    const std::string head(good.substr(0, 53));
    BOOST_TEST(!parse_traceparent(head + "00")->sampled);
    BOOST_TEST(!parse_traceparent(head + "fe")->sampled);
    BOOST_TEST(parse_traceparent(head + "0b")->sampled);
}

BOOST_AUTO_TEST_CASE(a_version_to_come_may_have_more) {
    const std::string rest(good.substr(2));
    BOOST_TEST(parse_traceparent("cc" + rest).has_value());
    BOOST_TEST(parse_traceparent("cc" + rest + "-what-the-future-will-be-like").has_value());
    BOOST_TEST(!parse_traceparent("cc" + rest + ".what").has_value());
    BOOST_TEST(!parse_traceparent("00" + rest + "-what").has_value());
    BOOST_TEST(!parse_traceparent("ff" + rest).has_value());
}

BOOST_AUTO_TEST_CASE(every_other_byte_anywhere_is_refused) {
    for (std::size_t i = 0; i < good.size(); ++i)
        for (const char c : {'g', 'A', ' ', '\0', '-', '\xff'}) {
            std::string bad(good);
            if (bad[i] == c) continue;
            bad[i] = c;
            BOOST_TEST(!parse_traceparent(bad).has_value());
        }
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_TEST(!parse_traceparent(good.substr(0, size)).has_value());
}

BOOST_AUTO_TEST_CASE(ids_of_zeros_are_refused) {
    BOOST_TEST(!parse_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
    BOOST_TEST(!parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
}

BOOST_AUTO_TEST_CASE(two_traceparents_are_none) {
    BOOST_TEST(!trace_of({{"traceparent", good}, {"Traceparent", good}}).has_value());
}

BOOST_AUTO_TEST_CASE(an_x_ray_id_is_kept_if_it_is_plain) {
    BOOST_TEST(trace_of({{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;Sampled=1"}})
                   ->xray.starts_with("Root="));
    BOOST_TEST(!trace_of({{"X-Amzn-Trace-Id", "Root=\"x\""}}).has_value());
    BOOST_TEST(!trace_of({{"X-Amzn-Trace-Id", std::string(257, 'a')}}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
