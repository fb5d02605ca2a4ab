// A function with processes behind it, from several threads.
#include "host/lambda_function.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::host;

namespace {

using Stage = FunctionInvocation::Stage;
constexpr auto never = FunctionInvocation::Clock::time_point::max();

// The one of the end-to-end tests.
LambdaOptions options(std::size_t instances, std::chrono::milliseconds limit) {
    return {.command = {"python3", TURNGATE_SOURCE_DIR "/tests/e2e/peers/lambda_bootstrap.py"},
            .environment = {std::string("PATH=") + std::getenv("PATH")},
            .instances = instances,
            .limits = {.init = std::chrono::minutes(5), .invocation = limit}};
}

struct Function {
    explicit Function(std::size_t instances,
                      std::chrono::milliseconds limit = std::chrono::minutes(5))
        : function(options(instances, limit), log) {}

    ExecutionLog log{[this](const Line&) { ++lines; }, 128};
    std::atomic<int> lines{0};
    LambdaFunction function;

    // What it answers, or the type of the error.
    std::string ask(const std::string& what) {
        LambdaFunction::Call call(function, {.id = what, .event = "{\"do\":\"" + what + "\"}"},
                                  nullptr);
        call.wait(never);
        const InvocationResult& result = call.invocation().result();
        return result.error_type.empty() ? result.payload : result.error_type;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(host_lambda_function)

BOOST_AUTO_TEST_CASE(each_call_gets_its_own_answer_however_many_there_are) {
    Function lambda(3);
    std::atomic<int> good{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 6; ++i)
        callers.emplace_back([&, i] {
            for (int j = 0; j < 10; ++j) {
                const std::string mine = "caller-" + std::to_string(i) + '-' + std::to_string(j);
                if (lambda.ask(mine) == "{\"inferred\": \"" + mine + "\"}") ++good;
            }
        });
    for (std::thread& caller : callers)
        caller.join();
    BOOST_TEST(good == 60);
    BOOST_TEST(lambda.lines == 120);  // START, and END with REPORT
    BOOST_TEST(lambda.function.invocations() == 60u);
}

BOOST_AUTO_TEST_CASE(one_that_dies_or_takes_too_long_is_replaced) {
    Function lambda(1, std::chrono::seconds(1));
    BOOST_TEST(lambda.ask("exit") == "Runtime.ExitError");
    BOOST_TEST(lambda.ask("sleep") == "Sandbox.Timedout");
    BOOST_TEST(lambda.ask("next") == "{\"inferred\": \"next\"}");
}

BOOST_AUTO_TEST_CASE(a_failure_tells_whether_the_function_ever_had_the_event) {
    ExecutionLog log{[](const Line&) {}, 128};
    const auto fails_early = [&](const std::string& how, const std::string& what) {
        LambdaOptions dying = options(1, std::chrono::minutes(5));
        dying.command.push_back(how);
        LambdaFunction function(dying, log);
        LambdaFunction::Call call(function, {.id = "a", .event = "{\"do\":\"" + what + "\"}"},
                                  nullptr);
        call.wait(never);
        BOOST_TEST(!call.invocation().result().error_type.empty());
        return call.invocation().result().is_of_init;
    };
    BOOST_TEST(fails_early("--die", ""));
    BOOST_TEST(fails_early("--init-error", ""));
    BOOST_TEST(!fails_early("--", "exit"));
    BOOST_TEST(!fails_early("--", "error"));
}

BOOST_AUTO_TEST_CASE(a_stream_comes_in_pieces_to_who_takes_it) {
    Function lambda(1);
    LambdaFunction::Call call(
        lambda.function, {.id = "a", .event = R"({"do":"stream-plain"})", .takes_stream = true},
        nullptr);
    call.wait(never);
    std::string all;
    while (const auto piece = call.next_piece())
        all += *piece;
    BOOST_TEST(all == "plain bytes");
    BOOST_TEST(call.invocation().stream_type() == "text/x-mine");
    BOOST_TEST(call.invocation().result().error_type == "");
}

BOOST_AUTO_TEST_CASE(who_waits_when_it_stops_is_told) {
    Function lambda(1);
    LambdaFunction::Call running(lambda.function, {.id = "a", .event = R"({"do":"sleep"})"},
                                 nullptr);
    LambdaFunction::Call waiting(lambda.function, {.id = "b", .event = "{}"}, nullptr);
    lambda.function.stop();
    for (LambdaFunction::Call* call : {&running, &waiting}) {
        BOOST_TEST(call->wait(never));
        BOOST_TEST(call->invocation().result().error_type == "Sandbox.Failure");
    }
    BOOST_TEST(lambda.ask("late") == "Sandbox.Failure");
}

BOOST_AUTO_TEST_SUITE_END()
