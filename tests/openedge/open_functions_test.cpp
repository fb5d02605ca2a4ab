#include "openedge/open_functions.h"

#include <filesystem>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "function_choice.h"
#include "open_target.h"
#include "support/temporary_directory.h"
#include "support/thrown_by.h"
#include <turngate/handlers/openedge.h>
#include <turngate/http/error.h>
#include <turngate/http/functions.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::openedge;

namespace {

HandlerPtr says(const char* what) {
    return to_handler([what](Request&) { return text(what); });
}

const OpenHandler two = [](const BackendChanged&) {
    return by_path(Functions{{"orders", says("orders")}, {"users", says("users")}});
};
const OpenHandler one = [](const BackendChanged&) { return says("the only one"); };

Settings with(std::vector<FunctionSettings> functions, bool by_name = false) {
    Settings settings;
    settings.functions = std::move(functions);
    settings.by_name = by_name;
    return settings;
}

HandlerPtr opened(const Settings& settings, const OpenHandler& open) {
    return open_functions(settings, {open, open_target},
                          [](const std::string&) { return std::nullopt; });
}

std::string called(const HandlerPtr& handler, std::string function = {}) {
    Request request = Request::post("/t", "");
    request.context.put(Message{.function_name = std::move(function)});
    return record(*handler, std::move(request)).body;
}

std::string error_of(const Settings& settings, const OpenHandler& open) {
    try {
        opened(settings, open);
        return "opened";
    } catch (const Error& e) {
        return e.what();
    }
}

// Comes back to the directory that it leaves.
struct Home {
    const std::filesystem::path path = std::filesystem::current_path();
    ~Home() { std::filesystem::current_path(path); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_functions_of_a_configuration)

BOOST_AUTO_TEST_CASE(a_linked_handler_is_found_by_each_part_of_its_name) {
    for (const char* handler : {"users", "app.users", "users.handler"})
        BOOST_TEST(called(opened(with({{"f", handler, "."}}), two)) == "users");
    BOOST_TEST(called(opened(with({{"users", "index.handler", "."}}), two)) == "users");
}

BOOST_AUTO_TEST_CASE(a_program_with_one_handler_takes_any_name) {
    BOOST_TEST(called(opened(with({{"f", "index.handler", "/nowhere"}}), one)) == "the only one");
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_not_there_is_named) {
    BOOST_TEST(error_of(with({{"f", "app.nothing", "."}}), two) ==
               "there is no function called \"app.nothing\": expected one of orders, users");
}

BOOST_AUTO_TEST_CASE(calls_choose_among_several_functions) {
    const HandlerPtr all =
        opened(with({{"a", "app.orders", "."}, {"b", "app.users", "."}}, true), two);

    BOOST_TEST(called(all, "a") == "orders");
    BOOST_TEST(called(all, "b") == "users");
    BOOST_TEST(called(all, "") == "orders");                  // Baetyl 2's name for the first
    BOOST_TEST(called(all, "orders") == "internal error\n");  // "function not found", to the log
}

BOOST_AUTO_TEST_CASE(a_target_is_found_in_codedir) {
    const Home home;
    const std::string plugins = TURNGATE_BINARY_DIR "/tests/plugins";
    const HandlerPtr plugin = opened(with({{"f", "plugin:good.so", plugins}}), one);

    BOOST_TEST(called(plugin) != "the only one");
    BOOST_TEST(std::filesystem::equivalent(std::filesystem::current_path(), plugins));
}

// Also when it is started again.
BOOST_AUTO_TEST_CASE(a_command_runs_in_the_codedir_of_its_function) {
    const Home home;
    const test::TemporaryDirectory place;
    const std::string program = "http:spawn:exec " TURNGATE_HTTP_PROGRAM " mark here";
    const auto in = [&](const char* name) { return std::filesystem::path(place.path()) / name; };
    std::filesystem::create_directory(in("a"));
    std::filesystem::create_directory(in("b 'c"));
    const HandlerPtr all =
        opened(with({{"a", program, in("a")}, {"b", program, in("b 'c")}}, true), {});

    BOOST_TEST(std::filesystem::exists(in("a") / "here"));
    BOOST_TEST(std::filesystem::exists(in("b 'c") / "here"));

    std::filesystem::remove(in("b 'c") / "here");
    Request crash = Request::get("/crash");
    crash.context.put(Message{.function_name = "b"});
    record(*all, std::move(crash));
    while (!called(all, "b").starts_with("POST /t "))  // until it is there again
        std::this_thread::yield();
    BOOST_TEST(std::filesystem::exists(in("b 'c") / "here"));
}

BOOST_AUTO_TEST_CASE(a_program_without_handlers_loads_the_plug_in_of_the_name) {
    const Home home;
    const std::string plugins = TURNGATE_BINARY_DIR "/tests/plugins";

    BOOST_TEST(called(opened(with({{"f", "good.handler", plugins}}), {})) != "");
    BOOST_TEST(test::has(error_of(with({{"f", "missing.handler", plugins}}), {}),
                         "the handler of the function f: cannot open the target: "));
    BOOST_TEST(test::has(error_of(with({{"f", "good.handler", "/nowhere"}}), {}),
                         "the codedir /nowhere of the function f cannot be read"));
}

BOOST_AUTO_TEST_CASE(a_program_without_commands_opens_its_own_handlers_alone) {
    const auto open = [](const char* handler) {
        return open_functions(with({{"users", handler, "."}}), {two},
                              [](const std::string&) { return std::nullopt; });
    };
    BOOST_TEST(called(open("users.handler")) == "users");
    BOOST_CHECK_EXCEPTION(open("plugin:good.so"), Error, [](const Error& e) {
        return test::has(e.what(),
                         "the handler of the function users is plugin:good.so, and this "
                         "program opens no targets");
    });
}

BOOST_AUTO_TEST_SUITE_END()
