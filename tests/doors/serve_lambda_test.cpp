// What the environment of a Lambda function means.
#include "serve_lambda.h"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "lambda/trace_variable.h"

using namespace turngate;
using namespace std::chrono_literals;

namespace {

ReadVariable environment(std::map<std::string, std::string> variables) {
    variables.emplace("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
    return [variables](const std::string& name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
    };
}

LambdaOptions options(std::map<std::string, std::string> variables,
                      const std::string& target = "self") {
    return lambda_options(environment(std::move(variables)), target);
}

std::string error_of(const std::string& name, const std::string& value) {
    try {
        options({{name, value}});
    } catch (const Error& e) {
        return e.what();
    }
    return "taken";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(serve_lambda_settings)

BOOST_AUTO_TEST_CASE(without_more_one_worker_buffers) {
    const LambdaOptions out = options({});
    BOOST_TEST(out.runtime_api == "127.0.0.1:9001");
    BOOST_TEST(out.concurrency == 1u);
    BOOST_TEST(!out.streams);
    BOOST_TEST(!out.snap_start);
    BOOST_TEST(!out.context_headers);
    BOOST_TEST(out.wants_sigterm);
}

BOOST_AUTO_TEST_CASE(managed_instances_say_how_many_workers_and_take_no_extension) {
    const LambdaOptions out =
        options({{"AWS_LAMBDA_MAX_CONCURRENCY", "16"},
                 {"AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances"}});
    BOOST_TEST(out.concurrency == 16u);
    BOOST_TEST(!out.wants_sigterm);
}

BOOST_AUTO_TEST_CASE(programs_get_headers_and_handlers_do_not) {
    BOOST_TEST(options({}, "http:spawn:x").context_headers);
    BOOST_TEST(options({}, "cgi:./x").answer.decode.context_header);
    BOOST_TEST(!options({}, "plugin:x.so").context_headers);
    BOOST_TEST(!options({{"TURNGATE_CONTEXT_HEADERS", "off"}}, "cgi:./x").context_headers);
    BOOST_TEST(options({{"TURNGATE_CONTEXT_HEADERS", "on"}}).context_headers);
}

BOOST_AUTO_TEST_CASE(lambda_web_adapters_variables_are_taken) {
    const LambdaOptions out = options({{"AWS_LWA_INVOKE_MODE", "RESPONSE_STREAM"},
                                       {"AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "127.0.0.1:9009"},
                                       {"AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH", "/before"},
                                       {"AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", "/after"},
                                       {"AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"}});
    BOOST_TEST(out.streams);
    BOOST_TEST(out.runtime_api == "127.0.0.1:9009");
    BOOST_TEST(out.snap_start);
    BOOST_TEST(out.before_checkpoint_path == "/before");
    BOOST_TEST(out.after_restore_path == "/after");
}

BOOST_AUTO_TEST_CASE(a_wrong_value_is_named) {
    BOOST_TEST(error_of("TURNGATE_INVOKE_MODE", "stream") ==
               "TURNGATE_INVOKE_MODE=stream is wrong: expected buffered or response_stream");
    BOOST_TEST(error_of("AWS_LAMBDA_MAX_CONCURRENCY", "0") ==
               "AWS_LAMBDA_MAX_CONCURRENCY=0 is wrong: expected a number from 1 to 4096");
    BOOST_TEST(error_of("TURNGATE_DEADLINE_MARGIN", "soon") ==
               "TURNGATE_DEADLINE_MARGIN=soon is wrong: expected a duration, as 1s or 500ms");
    BOOST_TEST(error_of("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", "after") ==
               "AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH=after is wrong: expected a path such as "
               "/restored");
    BOOST_TEST(error_of("TURNGATE_CONTEXT_HEADERS", "yes") ==
               "TURNGATE_CONTEXT_HEADERS=yes is wrong: expected on or off");
}

BOOST_AUTO_TEST_CASE(lambdas_log_variables_are_ours_unless_ours_are_set) {
    const ReadVariable json = lambda_environment(
        environment({{"AWS_LAMBDA_LOG_FORMAT", "JSON"}, {"AWS_LAMBDA_LOG_LEVEL", "TRACE"}}));
    BOOST_TEST(json("TURNGATE_LOG_FORMAT").value_or("") == "json");
    BOOST_TEST(json("TURNGATE_LOG_SCHEMA").value_or("") == "lambda");
    BOOST_TEST(json("LOG_LEVEL").value_or("") == "debug");
    const ReadVariable text = lambda_environment(environment({{"AWS_LAMBDA_LOG_FORMAT", "Text"}}));
    BOOST_TEST(text("TURNGATE_LOG_FORMAT").value_or("") == "text");
    BOOST_TEST(text("TURNGATE_LOG_SCHEMA").value_or("none") == "none");
    const ReadVariable managed =
        lambda_environment(environment({{"AWS_LAMBDA_MAX_CONCURRENCY", "4"}}));
    BOOST_TEST(managed("TURNGATE_LOG_FORMAT").value_or("") == "json");
    BOOST_TEST(managed("TURNGATE_LOG_SCHEMA").value_or("") == "lambda");
    const ReadVariable rust = lambda_environment(environment({{"RUST_LOG", "debug"}}));
    BOOST_TEST(rust("LOG_LEVEL").value_or("") == "debug");
    const ReadVariable filter = lambda_environment(environment({{"RUST_LOG", "info,app=debug"}}));
    BOOST_TEST(filter("LOG_LEVEL").value_or("") == "");
    const ReadVariable ours = lambda_environment(
        environment({{"AWS_LAMBDA_LOG_FORMAT", "JSON"}, {"TURNGATE_LOG_FORMAT", "text"}}));
    BOOST_TEST(ours("TURNGATE_LOG_FORMAT").value_or("") == "text");
}

BOOST_AUTO_TEST_CASE(the_trace_variable_has_the_last_value) {
    set_trace_variable("Root=1-long-long;Sampled=1");
    BOOST_TEST(std::string(std::getenv("_X_AMZN_TRACE_ID")) == "Root=1-long-long;Sampled=1");
    set_trace_variable("Root=2");
    BOOST_TEST(std::string(std::getenv("_X_AMZN_TRACE_ID")) == "Root=2");
    set_trace_variable(std::string(5000, 'x'));
    BOOST_TEST(std::string(std::getenv("_X_AMZN_TRACE_ID")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
