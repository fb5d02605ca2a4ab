#include "stderr_reporter.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/json/json.h>
#include <turngate/os/fd.h>

using namespace turngate;

namespace {

// What `report` makes the reporter write.
template <class F>
std::string written(LogForm form, F report) {
    os::Pipe pipe = os::make_pipe();
    report(*stderr_reporter(std::move(form), pipe.write.get()));
    pipe.write.reset();
    std::string out(100'000, '\0');
    out.resize(os::read_whole(pipe.read.get(), out));
    return out;
}

Context context(std::string id) {
    Context out;
    out.request_id = std::move(id);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stderr_reporter_lines)

BOOST_AUTO_TEST_CASE(a_json_line_has_time_level_message_and_request) {
    const std::string line = written({.door = "http"}, [](Reporter& reporter) {
        reporter.logged(context("r1"), Level::warn, "careful");
    });
    BOOST_TEST_REQUIRE(line.ends_with("}\n"));
    const Json json = Json::parse(line);
    BOOST_TEST(*json["level"].string() == "warn");
    BOOST_TEST(*json["msg"].string() == "careful");
    BOOST_TEST(*json["request_id"].string() == "r1");
    BOOST_TEST(*json["door"].string() == "http");
    BOOST_TEST(json["ts"].string()->size() == 24u);
}

BOOST_AUTO_TEST_CASE(nothing_in_a_message_makes_another_line) {
    for (bool json : {true, false}) {
        const std::string lines = written({.json = json}, [](Reporter& reporter) {
            reporter.logged(context("a\nb"), Level::error, "one\ntwo\r\x1b[31m\x7f");
        });
        BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 1);
        BOOST_TEST(lines.find('\x1b') == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(less_than_the_level_is_left_out) {
    const std::string lines =
        written({.json = false, .level = Level::warn}, [](Reporter& reporter) {
            reporter.logged(Context(), Level::info, "no");
            reporter.logged(Context(), Level::error, "yes");
        });
    BOOST_TEST(lines == "error yes\n");
}

BOOST_AUTO_TEST_CASE(a_line_is_bounded_whatever_it_says) {
    for (const std::string& message : {std::string(1 << 20, 'x'), std::string(1 << 20, '\n')}) {
        const std::string line = written({.door = "http"}, [&](Reporter& reporter) {
            reporter.logged(context(std::string(1 << 20, 'i')), Level::error, message);
        });
        BOOST_TEST(line.size() <= 16u * 1024);
        BOOST_TEST(!Json::parse(line).is_null());
    }
}

BOOST_AUTO_TEST_CASE(a_closed_stream_is_no_failure) {
    os::Pipe pipe = os::make_pipe();
    pipe.read.reset();
    stderr_reporter({}, pipe.write.get())->logged(Context(), Level::error, "to nobody");
}

BOOST_AUTO_TEST_CASE(levels_have_names) {
    BOOST_TEST((parse_level("fatal") == Level::fatal));
    BOOST_TEST((parse_level("INFO") == Level::info));
    BOOST_TEST((parse_level("WARNING") == Level::warn));
    BOOST_TEST((parse_level("critical") == Level::fatal));
    BOOST_TEST(!parse_level("loud"));
    BOOST_TEST(!parse_level(""));
}

BOOST_AUTO_TEST_SUITE_END()
