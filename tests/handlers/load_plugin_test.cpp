#include <filesystem>
#include <fstream>
#include <string>
#include <support/temporary_directory.h>

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/plugin.h>
#include <turngate/http/serve.h>

using namespace turngate;

namespace {

std::string plugin(const std::string& name) {
    return TURNGATE_BINARY_DIR "/tests/plugins/" + name + ".so";
}

std::string error_of(const std::string& path, std::string_view config = {}) {
    try {
        load_plugin(path, config);
    } catch (const Error& e) {
        return e.what();
    }
    return "loaded";
}

bool is_loaded(const std::string& path) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.ends_with(path)) return true;
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plugin_loader)

BOOST_AUTO_TEST_CASE(a_plug_in_serves_with_its_configuration) {
    const HandlerPtr handler = load_plugin(plugin("good"), "x=1");
    BOOST_TEST(record(*handler, Request::get("/")).body == "config x=1");
}

BOOST_AUTO_TEST_CASE(exceptions_keep_their_meaning_across_the_boundary) {
    const HandlerPtr handler = load_plugin(plugin("good"));
    BOOST_TEST(record(*handler, Request::get("/missing")).status == 404);
}

BOOST_AUTO_TEST_CASE(the_library_stays_as_long_as_a_handler_lives) {
    HandlerPtr copy;
    {
        const HandlerPtr handler = load_plugin(plugin("good"));
        copy = handler;
    }
    BOOST_TEST(is_loaded(plugin("good")));
    BOOST_TEST(record(*copy, Request::get("/")).status == 200);
}

BOOST_AUTO_TEST_CASE(one_library_makes_many_handlers) {
    const HandlerPtr a = load_plugin(plugin("good"), "a");
    const HandlerPtr b = load_plugin(plugin("good"), "b");
    BOOST_TEST(record(*a, Request::get("/")).body == "config a");
    BOOST_TEST(record(*b, Request::get("/")).body == "config b");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_named) {
    BOOST_TEST(error_of("./none.so") == "cannot load the plug-in ./none.so: there is no such file");
}

BOOST_AUTO_TEST_CASE(what_is_no_shared_library_is_refused) {
    test::TemporaryDirectory here;
    for (const char* text : {"", "not ELF",
                             "\x7f"
                             "ELF cut"})
        BOOST_TEST(error_of(here.write("x.so", text))
                       .starts_with("cannot load the plug-in " + here.path()));
    BOOST_TEST(error_of(here.path()).starts_with("cannot load the plug-in " + here.path()));
}

BOOST_AUTO_TEST_CASE(a_library_that_is_no_plug_in_is_refused) {
    BOOST_TEST(error_of(plugin("no_plugin")) ==
               plugin("no_plugin") + " is no turngate plug-in: it does not use TURNGATE_PLUGIN");
    BOOST_TEST(!is_loaded(plugin("no_plugin")));
}

BOOST_AUTO_TEST_CASE(a_file_that_takes_the_place_of_another_is_the_one_that_is_loaded) {
    const test::TemporaryDirectory directory;
    const std::string path = directory.path() + "/served.so";
    const auto put = [&](const char* name) {
        std::filesystem::copy_file(plugin(name), path + ".new");
        std::filesystem::rename(path + ".new", path);
    };
    put("good");
    const HandlerPtr before = load_plugin(path, "x");
    for (int i = 0; i < 3; ++i) {
        put("wrong_abi");
        BOOST_TEST(error_of(path).find("was built for") != std::string::npos);
        put("good");
        BOOST_TEST(error_of(path) == "loaded");
    }
    std::ofstream(path + ".new") << "no library";
    std::filesystem::rename(path + ".new", path);
    BOOST_TEST(error_of(path) ==
               "cannot load the plug-in " + path + ": " + path + ": file too short");
}

BOOST_AUTO_TEST_CASE(another_abi_is_refused_with_both_names) {
    const std::string error = error_of(plugin("wrong_abi"));
    BOOST_TEST(error.find("was built for \"turngate 1, C++20, HAL 9000\"") != std::string::npos);
    BOOST_TEST(error.find("this is \"" + std::string(plugin_abi) + '"') != std::string::npos);
}

BOOST_AUTO_TEST_CASE(functions_are_found_by_their_names) {
    const HandlerPtr handler = load_plugin(plugin("exports"));
    BOOST_TEST(record(*handler, Request::get("/?name=Ada")).body == "got Ada");
    BOOST_TEST(record(*handler, Request::post("/", "it")).status == 201);
    const std::string error = error_of(plugin("exports_nothing"));
    BOOST_TEST(error.find("its create() failed: there is no function that answers requests: looked "
                          "for handler, GET,") != std::string::npos,
               error);
}

BOOST_AUTO_TEST_CASE(a_server_is_told_from_a_handler) {
    BOOST_TEST(is_plugin_server(plugin("listens")));
    BOOST_TEST(!is_plugin_server(plugin("exports")));
    BOOST_TEST(error_of(plugin("listens")).ends_with("/listens.so"));
    BOOST_CHECK_EXCEPTION(run_plugin_server(plugin("exports"), "127.0.0.1", 1), Error,
                          [](const Error& e) {
                              return std::string_view(e.what()).ends_with(
                                  "is no server: it exports no listen(host, port)");
                          });
}

// What plug-ins and hosts exchange. Whoever changes a size here raises the number in plugin_abi.
#if defined(__x86_64__) && defined(__GLIBCXX__)
BOOST_AUTO_TEST_CASE(this_number_of_the_abi_has_these_layouts) {
    BOOST_TEST(std::string(plugin_abi).starts_with("turngate 6,"));
    BOOST_TEST(sizeof(Request) == 568u);
    BOOST_TEST(sizeof(ResponseWriter) == 216u);
    BOOST_TEST(sizeof(Context) == 104u);
    BOOST_TEST(sizeof(Plugin) == 40u);
}
#endif

BOOST_AUTO_TEST_CASE(containers_of_another_layout_are_another_abi) {
    const std::string error = error_of(plugin("debug_abi"));
    BOOST_TEST(error.find(std::string(plugin_abi) + ", debug mode\"") != std::string::npos, error);
}

BOOST_AUTO_TEST_CASE(a_table_that_is_short_or_without_create_is_refused) {
    for (const char* name : {"incomplete", "no_create"})
        BOOST_TEST(error_of(plugin(name)).ends_with("exports an incomplete table"), name);
}

BOOST_AUTO_TEST_CASE(a_create_that_fails_is_refused_with_its_message) {
    const std::string begin = "cannot load the plug-in " + plugin("refused") + ": its create() ";
    BOOST_TEST(error_of(plugin("refused"), "c") == begin + "failed: no such configuration: c");
    BOOST_TEST(error_of(plugin("refused"), "int") ==
               begin + "threw something that is no std::exception");
    BOOST_TEST(error_of(plugin("refused"), "null") == begin + "returned no handler");
    BOOST_TEST(!is_loaded(plugin("refused")));
}

BOOST_AUTO_TEST_SUITE_END()
