// The command line of the servers that serve --watch starts.
#include "cli/serve_watched.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "cli/commands.h"
#include "cli/parse.h"

using namespace turngate;
using namespace turngate::cli;

namespace {

std::string again(std::vector<std::string> words) {
    const Environment environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "TURNGATE_SERVE_HOST") return "::1";
        return std::nullopt;
    };
    const CommandLine line = parse(words, commands(), global_options(), environment);
    std::string text;
    Output out(text), err(text);
    const Invocation invocation{
        *line.command, line.arguments, out,     err,
        environment,   "turngate",     nullptr, line.arguments.on("quiet") ? -1 : 0};
    std::string joined;
    for (const std::string& word : own_command_line(invocation, "watch"))
        joined += (joined.empty() ? "" : "|") + word;
    return joined;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(serve_watched_command)

BOOST_AUTO_TEST_CASE(it_is_the_same_without_watch) {
    BOOST_TEST(again({"-q", "serve", "--watch", "-p", "80", "plugin:h.so"}) ==
               "turngate|serve|--port=80|--quiet|--color=never|--|plugin:h.so");
    BOOST_TEST(again({"serve", "--watch=src/**", "--static=-x", "--lambda-api", "--as", "alb"}) ==
               "turngate|serve|--as=alb|--static=-x|--lambda-api|--color=never|--");
    BOOST_TEST(again({"serve", "--watch", "--", "-odd"}) == "turngate|serve|--color=never|--|-odd");
}

BOOST_AUTO_TEST_CASE(where_it_is_has_been_changed_already) {
    BOOST_TEST(again({"-C", "/tmp", "serve", "self"}) == "turngate|serve|--color=never|--|self");
}

BOOST_AUTO_TEST_SUITE_END()
