#include "platform.h"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "function_choice.h"
#include "serve_http.h"
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

ReadVariable environment(std::map<std::string, std::string> variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
    };
}

std::string detected(std::map<std::string, std::string> variables, std::string_view as = {}) {
    return std::string(detect_platform(environment(std::move(variables)), as).name);
}

// "cgi*: reason; http: reason": the chosen one has the star.
std::string explained(std::map<std::string, std::string> variables, std::string_view as = {}) {
    std::string out;
    for (const PlatformFinding& finding : examine_platforms(environment(std::move(variables)), as))
        out.append(out.empty() ? "" : "; ")
            .append(finding.platform->name)
            .append(finding.chosen ? "*: " : ": ")
            .append(finding.reason);
    return out;
}

const std::map<std::string, std::string> cgi = {{"GATEWAY_INTERFACE", "CGI/1.1"},
                                                {"REQUEST_METHOD", "GET"}};

HandlerPtr says(const char* what) {
    return to_handler([what](Request& request) {
        return text(std::string(what) + ' ' + request.url.script_name + ' ' + request.url.path);
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(platform)

BOOST_AUTO_TEST_CASE(the_first_row_that_matches_is_taken) {
    BOOST_TEST(detected({}) == "http");
    BOOST_TEST(detected(cgi) == "cgi");
    BOOST_TEST(detected({{"AWS_LAMBDA_HTTP_ENDPOINT", "127.0.0.1:8080"}}) == "lambda-web");
    BOOST_TEST(detected({{"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"}, {"PORT", "80"}}) ==
               "lambda");
    BOOST_TEST(detected({{"OPEN_RUNTIMES_SECRET", ""}}) == "open-runtimes");
    BOOST_TEST(detected({{"OPEN_RUNTIMES_ENV", "production"}}) == "open-runtimes");
    BOOST_TEST(detected({{"INTERNAL_RUNTIME_KEY", "k"}}) == "appwrite");
    BOOST_TEST(detected({{"APPWRITE_INTERNAL_RUNTIME_KEY", "k"}}) == "appwrite");
    BOOST_TEST(detected({{"APPWRITE_INTERNAL_RUNTIME_KEY", ""}}) == "http");
    BOOST_TEST(detected({{"GATEWAY_INTERFACE", "CGI/1.1"}}) == "http");
    BOOST_TEST(detected({{"-c", "{}"}, {"PORT", "80"}}) == "openedge");
    BOOST_TEST(detected({{"BAETYL_SERVICE_INSTANCE_NAME", "s.f.1"}}) == "openedge");
    BOOST_TEST(detected({{"GATEWAY_INTERFACE", ""}, {"REQUEST_METHOD", "GET"}}) == "http");
}

BOOST_AUTO_TEST_CASE(the_command_line_comes_before_the_environment_and_that_before_the_table) {
    auto variables = cgi;
    variables["TURNGATE_AS"] = "http";
    BOOST_TEST(detected(variables) == "http");
    BOOST_TEST(detected(variables, "cgi") == "cgi");
    BOOST_TEST(detected(variables, "auto") == "cgi");
    variables["TURNGATE_AS"] = "auto";
    BOOST_TEST(detected(variables) == "cgi");
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_refused_with_those_there_are) {
    auto error_of = [](std::map<std::string, std::string> variables, std::string_view as) {
        try {
            detected(std::move(variables), as);
        } catch (const Error& e) {
            return std::string(e.what());
        }
        return std::string("accepted");
    };
    BOOST_TEST(error_of({{"TURNGATE_AS", "cgy"}}, {}) ==
               "TURNGATE_AS=cgy names no platform: did you mean cgi? expected auto, cgi, vercel, "
               "lambda, lambda-web, openedge, open-runtimes, appwrite, impuls, fcgi, http");
    BOOST_TEST(error_of({}, "abacus") ==
               "--as abacus names no platform: expected auto, cgi, vercel, lambda, lambda-web, "
               "openedge, open-runtimes, appwrite, impuls, fcgi, http");
    BOOST_TEST(explained({{"OPEN_RUNTIMES_SECRET", "hush"}}).find("hush") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_row_tells_why) {
    BOOST_TEST(
        explained({}).starts_with("cgi: needs GATEWAY_INTERFACE and REQUEST_METHOD; vercel: "
                                  "needs VERCEL_IPC_PATH; lambda: needs "));
    BOOST_TEST(explained({}).ends_with("; http*: nothing else matched"));
    BOOST_TEST(explained({{"VERCEL_IPC_PATH", "/run/ipc"}, {"PORT", "80"}})
                   .find("vercel*: VERCEL_IPC_PATH=/run/ipc; ") != std::string::npos);
    BOOST_TEST(explained({{"PORT", "3000"}}).ends_with("http*: PORT=3000"));
    BOOST_TEST(explained(cgi).starts_with(
        "cgi*: GATEWAY_INTERFACE=CGI/1.1 and REQUEST_METHOD are set; vercel: "));
    BOOST_TEST(explained({{"TURNGATE_AS", "cgi"}}).starts_with("cgi*: TURNGATE_AS=cgi; vercel: "));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(functions_by_name)

BOOST_AUTO_TEST_CASE(a_name_chooses_one_of_several) {
    const HandlerPtr both = by_path({{"orders", says("o")}, {"users", says("u")}});
    BOOST_TEST(record(*by_name(both, "users"), Request::get("/7")).body == "u  /7");
    BOOST_TEST(record(*by_name(both, "dist/index.orders"), Request::get("/7")).body == "o  /7");
    BOOST_CHECK_EXCEPTION(by_name(both, "nobody"), Error, [](const Error& e) {
        return std::string(e.what()) ==
               "there is no function called \"nobody\": expected one of orders, users";
    });
}

BOOST_AUTO_TEST_CASE(a_single_function_has_every_name) {
    const HandlerPtr one = by_path({{"orders", says("o")}});
    BOOST_TEST(by_name(one, "anything") == one);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_options_of_the_environment)

BOOST_AUTO_TEST_CASE(without_any_it_is_loopback) {
    BOOST_TEST(http_options(environment({})).listen.front() == "127.0.0.1:8080");
}

BOOST_AUTO_TEST_CASE(a_port_alone_means_every_interface) {
    BOOST_TEST(http_options(environment({{"PORT", "3000"}})).listen.front() == ":3000");
    BOOST_TEST(http_options(environment({{"PORT", "0"}, {"HOST", "127.0.0.1"}})).listen.front() ==
               "127.0.0.1:0");
    BOOST_TEST(http_options(environment({{"HOST", "::1"}})).listen.front() == "[::1]:8080");
    const auto listed = http_options(environment({{"TURNGATE_LISTEN", "[::1]:0, unix:/run/x"}}));
    BOOST_TEST((listed.listen == std::vector<std::string>{"[::1]:0", "unix:/run/x"}));
    BOOST_TEST(http_options(environment({{"PORT", ""}})).listen.front() == "127.0.0.1:8080");
}

BOOST_AUTO_TEST_CASE(limits_are_read_with_their_units) {
    const HttpOptions options = http_options(environment({{"TURNGATE_HEADER_TIMEOUT", "2s"},
                                                          {"TURNGATE_MAX_BODY", "1MiB"},
                                                          {"TURNGATE_TIMEOUT", "500ms"}}));
    BOOST_TEST(options.header_timeout.count() == 2000);
    BOOST_TEST(options.max_body == 1u << 20);
    BOOST_TEST(options.request_timeout.count() == 500);
}

BOOST_AUTO_TEST_CASE(a_wrong_value_is_named) {
    for (const auto& [name, value] :
         std::map<std::string, std::string>{{"PORT", "65536"},
                                            {"PORT ", "-1"},
                                            {"TURNGATE_HEADER_TIMEOUT", "soon"},
                                            {"TURNGATE_DRAIN_TIMEOUT", "0s"},
                                            {"TURNGATE_MAX_BODY", "-1"}}) {
        const std::string variable = name.substr(0, name.find(' '));
        const std::string named = variable + "=" + value;
        BOOST_CHECK_EXCEPTION(
            http_options(environment({{variable, value}})), Error,
            [&](const Error& e) { return std::string(e.what()).starts_with(named); });
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(functions_by_path)

BOOST_AUTO_TEST_CASE(the_first_segment_names_the_function_and_is_stripped) {
    const HandlerPtr handler = by_path({{"orders", says("o")}, {"a b", says("s")}});
    BOOST_TEST(record(*handler, Request::get("/orders/7?x")).body == "o /orders /7");
    BOOST_TEST(record(*handler, Request::get("/orders")).body == "o /orders /");
    BOOST_TEST(record(*handler, Request::get("/a%20b/x")).body == "s /a%20b /x");
}

BOOST_AUTO_TEST_CASE(another_name_is_not_found) {
    const HandlerPtr handler = by_path({{"orders", says("o")}, {"users", says("u")}});
    for (const char* path : {"/", "/ordersx", "/order", "/x.orders", "/Orders", "//orders"})
        BOOST_TEST(record(*handler, Request::get(path)).status == 404, path);
    BOOST_TEST(record(*handler, Request::make("OPTIONS", "*")).status == 404);
}

BOOST_AUTO_TEST_CASE(a_single_function_gets_every_path) {
    BOOST_TEST(record(*by_path({{"orders", says("o")}}), Request::get("/x")).body == "o  /x");
    BOOST_CHECK_THROW(by_path({}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
