#include "doors/open_runtimes_reader.h"

#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

ExecutorCall read(Headers headers) {
    Request request = Request::make("POST", "/", {}, std::move(headers));
    OpenRuntimesReader().read(request);
    return *request.context.find<ExecutorCall>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(open_runtimes_reader)

BOOST_AUTO_TEST_CASE(takes_what_the_executor_says) {
    const ExecutorCall call = read({{"X-Open-Runtimes-Secret", "s"},
                                    {"x-open-runtimes-timeout", "15"},
                                    {"x-open-runtimes-logging", "disabled"},
                                    {"x-open-runtimes-log-id", "id"},
                                    {"X-Internal-Challenge", "c"}});
    BOOST_TEST(call.secret.value() == "s");
    BOOST_TEST(call.challenge.value() == "c");
    BOOST_TEST(call.timeout == "15");
    BOOST_TEST(call.logging == "disabled");
    BOOST_TEST(call.log_id == "id");
}

BOOST_AUTO_TEST_CASE(an_empty_secret_is_not_an_absent_one) {
    BOOST_TEST(!read({}).secret);
    BOOST_TEST(read({{"x-open-runtimes-secret", ""}}).secret.value().empty());
}

BOOST_AUTO_TEST_CASE(of_several_the_first_counts) {
    const ExecutorCall call = read({{"x-open-runtimes-secret", ""},
                                    {"x-open-runtimes-secret", "s"},
                                    {"x-open-runtimes-timeout", "1"},
                                    {"x-open-runtimes-timeout", "2"}});
    BOOST_TEST(call.secret.value().empty());
    BOOST_TEST(call.timeout == "1");
}

BOOST_AUTO_TEST_SUITE_END()
