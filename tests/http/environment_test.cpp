// Variables of one request.
#include <cstdlib>
#include <string>

#include <boost/test/unit_test.hpp>

#include <turngate/http/environment.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(environment_of_a_request)

BOOST_AUTO_TEST_CASE(a_variable_is_found_by_its_name) {
    Environment environment;
    BOOST_TEST(environment.set("TENANT", "alpha"));
    BOOST_TEST(environment.set("TENANT", "beta"));

    BOOST_TEST(*environment.find("TENANT") == "beta");
    BOOST_TEST(environment.find("tenant") == nullptr);
    BOOST_TEST(environment.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_loaders_shells_and_web_servers_obey_is_not_set) {
    Environment environment;
    for (const char* name :
         {"LD_PRELOAD", "LD_LIBRARY_PATH", "GCONV_PATH", "PATH", "BASH_FUNC_x%%", "HTTP_PROXY",
          "PHP_ADMIN_VALUE", "SCRIPT_FILENAME", "TURNGATE_AS", "APPWRITE_INTERNAL_RUNTIME_KEY"})
        BOOST_TEST(!environment.set(name, "x"), name);

    BOOST_TEST(environment.size() == 0u);
    for (const char* name : {"PATHS", "SERVER_URL", "DATABASE_URL", "MY_LD_PRELOAD", "ld_preload"})
        BOOST_TEST(environment.set(name, "x"), name);
}

BOOST_AUTO_TEST_CASE(what_no_environment_can_hold_is_an_error) {
    Environment environment;
    using namespace std::string_literals;
    BOOST_CHECK_THROW((void)environment.set("", "x"), Error);
    BOOST_CHECK_THROW((void)environment.set("A=B", "x"), Error);
    BOOST_CHECK_THROW((void)environment.set("A\0B"s, "x"), Error);
    BOOST_CHECK_THROW((void)environment.set("A", "x\0y"s), Error);
    BOOST_TEST(environment.set("A", "x=y\nz"));
}

BOOST_AUTO_TEST_CASE(a_variable_of_the_request_comes_before_one_of_the_process) {
    ::setenv("TEST_OF_THE_PROCESS", "process", 1);
    Context context;
    BOOST_TEST(variable(context, "TEST_OF_THE_PROCESS").value_or("") == "process");
    BOOST_TEST(!variable(context, "TEST_OF_NOBODY"));
    Environment environment;
    BOOST_TEST(environment.set("TEST_OF_THE_PROCESS", "request"));
    context.put(environment);

    BOOST_TEST(variable(context, "TEST_OF_THE_PROCESS").value_or("") == "request");
    BOOST_TEST(std::getenv("TEST_OF_THE_PROCESS") == std::string("process"));
}

BOOST_AUTO_TEST_SUITE_END()
