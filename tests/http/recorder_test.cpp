// Responses in memory.
#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>
#include <turngate/http/recorder.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(recorder)

BOOST_AUTO_TEST_CASE(it_keeps_status_headers_body_and_encoding) {
    Recorder rec;
    rec.send({418, {{"X", "1"}}, "tea", Encoding::base64});
    const Response& r = rec.response();
    BOOST_TEST(r.status == 418);
    BOOST_TEST(r.headers.get("X") == "1");
    BOOST_TEST(r.headers.get("Content-Length") == "3");
    BOOST_TEST(r.body == "tea");
    BOOST_TEST((r.encoding == Encoding::base64));
    BOOST_TEST(&rec.response() == &r);
}

BOOST_AUTO_TEST_CASE(take_moves_the_response_out) {
    Recorder rec;
    rec.header("X", "1").write(std::string(100'000, 'x'));
    const Response r = rec.take();
    BOOST_TEST(r.headers.get("X") == "1");
    BOOST_TEST(r.body.size() == 100'000u);
    BOOST_TEST(rec.take().body == "");
}

BOOST_AUTO_TEST_CASE(flushes_show_that_a_handler_streams) {
    Recorder rec;
    rec.write("one");
    rec.flush();
    rec.write("two");
    rec.flush();
    BOOST_TEST(rec.flushes() == (std::vector<std::size_t>{3, 6}), boost::test_tools::per_element());
    BOOST_TEST(rec.response().body == "onetwo");
}

BOOST_AUTO_TEST_CASE(past_its_ceiling_it_refuses) {
    Recorder exact("GET", 10'000), over("GET", 9'999);
    exact.write(std::string(10'000, 'x'));
    BOOST_TEST(exact.response().body.size() == 10'000u);
    BOOST_CHECK_EXCEPTION(over.write(std::string(10'000, 'x')), HttpError,
                          [](const HttpError& e) { return e.status() == 502; });
    BOOST_CHECK_THROW(over.response(), Cancelled);
    over.abort();
    BOOST_TEST(over.aborted());
}

BOOST_AUTO_TEST_CASE(the_ceiling_counts_what_was_held_back_too) {
    Recorder rec("GET", 4);
    rec.write("12345");
    BOOST_CHECK_THROW(rec.response(), HttpError);
}

BOOST_AUTO_TEST_CASE(for_head_it_keeps_no_body) {
    Recorder rec("HEAD", 4);
    rec.send(text("12345"));
    BOOST_TEST(rec.response().headers.get("Content-Length") == "5");
    BOOST_TEST(rec.response().body == "");
}

BOOST_AUTO_TEST_SUITE_END()
