#include "report/vercel_frames.h"

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::vercel;
using namespace std::chrono_literals;

namespace {

const Invocation seven = {"inv-7", 7};

// What `append` appends, with the NUL as "␀".
template <class F>
std::string frame(F append) {
    std::string out;
    append(out);
    if (out.ends_with('\0')) out.replace(out.size() - 1, 1, "␀");
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_frames)

BOOST_AUTO_TEST_CASE(have_the_members_of_their_type) {
    BOOST_TEST(frame([](auto& out) { append_server_started(out, 83ms, 39345); }) ==
               R"({"type":"server-started","payload":{"initDuration":83,"httpPort":39345}}␀)");
    const std::chrono::system_clock::time_point at(1795216275188ms);
    BOOST_TEST(frame([&](auto& out) { append_handler_started(out, &seven, at); }) ==
               R"({"type":"handler-started","payload":{"handlerStartedAt":1795216275188,)"
               R"("context":{"invocationId":"inv-7","requestId":7}}}␀)");
    BOOST_TEST(frame([](auto& out) { append_end(out, &seven); }) ==
               R"({"type":"end","payload":{"context":{"invocationId":"inv-7","requestId":7}}}␀)");
    BOOST_TEST(frame([](auto& out) { append_unrecoverable_error(out, 7, "a \"b\"\n"); }) ==
               R"({"type":"unrecoverable-error","payload":{"exitCode":7,"message":"a \"b\"\n"}}␀)");
}

BOOST_AUTO_TEST_CASE(of_a_log_have_a_level_or_a_stream) {
    BOOST_TEST(frame([](auto& out) { append_log(out, nullptr, Level::fatal, "c"); }) ==
               R"({"type":"log","payload":{"context":{"invocationId":"0","requestId":0},)"
               R"("message":"Yw==","level":"fatal"}}␀)");
    BOOST_TEST(frame([](auto& out) { append_log(out, &seven, Stream::err, "c"); }) ==
               R"({"type":"log","payload":{"context":{"invocationId":"inv-7","requestId":7},)"
               R"("message":"Yw==","stream":"stderr"}}␀)");
}

BOOST_AUTO_TEST_CASE(are_utf8_whatever_was_printed) {
    const std::string out =
        frame([](auto& text) { append_log(text, nullptr, Stream::out, "a\xff\xc3"); });
    BOOST_TEST(out.find(R"("message":"Ye+/ve+/vQ==")") != out.npos);  // a, U+FFFD, U+FFFD
}

BOOST_AUTO_TEST_CASE(of_a_log_can_be_read_back) {
    const Invocation sly = {R"(x","message":"Yw==)", 1};
    std::string log, other;
    append_log(log, &sly, Level::info, "a \"text\"\n");
    BOOST_TEST(log_text(log).value_or("") == "a \"text\"\n");
    append_unrecoverable_error(other, 7, R"(,"message":"Yw==")");
    BOOST_TEST(!log_text(other));
    BOOST_TEST(!log_text(""));
    BOOST_TEST(!log_text(log.substr(0, 30)));
}

BOOST_AUTO_TEST_CASE(of_a_call_have_all_that_is_known_of_it) {
    const FetchMetric metric = {.id = 1,
                                .method = "POST",
                                .host = "127.0.0.1",
                                .path = "/u3/x",
                                .search = "q=1&z=2",
                                .status = 203,
                                .start = std::chrono::system_clock::time_point(1795216280276ms),
                                .duration = 1ms};
    BOOST_TEST(frame([&](auto& out) { append_fetch(out, &seven, metric); }) ==
               R"({"type":"metric","payload":{"context":{"invocationId":"inv-7","requestId":7},)"
               R"("type":"fetch-metric","payload":{"pathname":"/u3/x","search":"q=1&z=2",)"
               R"("start":1795216280276,"duration":1,"host":"127.0.0.1","statusCode":203,)"
               R"("method":"POST","id":1}}}␀)");
}

BOOST_AUTO_TEST_SUITE_END()
