#include "open_runtimes/settings.h"

#include <map>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using Generation = RuntimeGeneration;

namespace {

OpenRuntimesSettings settings(std::map<std::string, std::string> variables,
                              std::string_view platform = "open-runtimes") {
    return open_runtimes_settings(
        [&](const std::string& name) -> std::optional<std::string> {
            const auto it = variables.find(name);
            return it == variables.end() ? std::nullopt : std::optional(it->second);
        },
        platform);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(open_runtimes_settings_of_the_environment)

BOOST_AUTO_TEST_CASE(every_interface_and_port_3000_whatever_a_function_calls_port) {
    const auto usual = settings({{"OPEN_RUNTIMES_SECRET", "s"}, {"PORT", "1"}, {"HOST", "h"}});
    BOOST_TEST(usual.http.listen.front() == "0.0.0.0:3000");
    BOOST_TEST(usual.http.max_body == 20u << 20);
    BOOST_TEST(usual.http.health_path == "/__opr/health");
    BOOST_TEST(usual.log_directory == "/mnt/logs");
    BOOST_TEST((usual.generation == Generation::v5));
    BOOST_TEST(settings({{"TURNGATE_LISTEN", "127.0.0.2:3000"}}).http.listen.front() ==
               "127.0.0.2:3000");
}

BOOST_AUTO_TEST_CASE(the_generation_is_told_by_the_key_or_said) {
    BOOST_TEST((settings({{"APPWRITE_INTERNAL_RUNTIME_KEY", "k"}}, "appwrite").generation ==
                Generation::v0));
    const auto later = settings({{"INTERNAL_RUNTIME_KEY", "k"}}, "appwrite");
    BOOST_TEST((later.generation == Generation::v2));
    BOOST_TEST(later.is_any_of_v1_and_v2);
    const auto said =
        settings({{"INTERNAL_RUNTIME_KEY", "k"}, {"TURNGATE_OPEN_RUNTIMES", "v1"}}, "appwrite");
    BOOST_TEST((said.generation == Generation::v1));
    BOOST_TEST(!said.is_any_of_v1_and_v2);
    BOOST_TEST(settings({{"TURNGATE_OPEN_RUNTIMES", "v4"}}).http.health_path.empty());
}

BOOST_AUTO_TEST_CASE(a_secret_is_wanted_but_of_v4_and_v5) {
    BOOST_TEST(settings({}).secret.empty());
    BOOST_CHECK_THROW(settings({{"TURNGATE_OPEN_RUNTIMES", "v3"}}), Error);
    BOOST_CHECK_THROW(settings({}, "appwrite"), Error);
    BOOST_CHECK_THROW(settings({{"TURNGATE_OPEN_RUNTIMES", "5"}}), Error);
}

BOOST_AUTO_TEST_CASE(enforced_headers_are_texts_by_lower_case_names) {
    const auto given = settings(
        {{"OPEN_RUNTIMES_HEADERS",
          R"({"X-A":"b","x-n":248,"x-o":{"p":1},"b d":"c","x-bad":"e\nf","x-a":"last"})"}});
    BOOST_TEST(given.enforced.size() == 3u);
    BOOST_TEST(given.enforced.get("x-a") == "last");
    BOOST_TEST(given.enforced.get("x-n") == "248");
    BOOST_TEST(given.enforced.get("x-o") == R"({"p":1})");
    for (const char* wrong : {"", "{", "[]", "null"})
        BOOST_TEST(settings({{"OPEN_RUNTIMES_HEADERS", wrong}}).enforced.empty(), wrong);
}

BOOST_AUTO_TEST_SUITE_END()
