#include "adapter_options.h"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

events::AnswerOptions options(std::map<std::string, std::string> variables) {
    return adapter_options([&](const std::string& name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
    });
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

BOOST_AUTO_TEST_SUITE(adapter_variables)

BOOST_AUTO_TEST_CASE(without_them_everything_is_as_ever) {
    BOOST_TEST(options({}).decode.routes.empty());
    BOOST_TEST(options({{"AWS_LWA_ERROR_STATUS_CODES", ""}}).error_statuses.empty());
}

BOOST_AUTO_TEST_CASE(our_names_come_before_those_of_the_adapter) {
    const auto both = options(
        {{"TURNGATE_PASS_THROUGH_PATH", "/ours"}, {"AWS_LWA_PASS_THROUGH_PATH", "/theirs"}});
    BOOST_TEST(both.decode.routes.at(0).path == "/ours");
    BOOST_TEST(both.decode.routes.at(0).source == "");
    const auto theirs =
        options({{"TURNGATE_PASS_THROUGH_PATH", ""}, {"AWS_LWA_PASS_THROUGH_PATH", "/theirs"}});
    BOOST_TEST(theirs.decode.routes.at(0).path == "/theirs");
}

BOOST_AUTO_TEST_CASE(what_the_command_line_has_options_for_has_variables) {
    const auto none = options({{"TURNGATE_LENIENT", "off"}, {"TURNGATE_BASE_PATH", ""}});
    BOOST_TEST(!none.decode.lenient);
    BOOST_TEST(none.decode.strip_stage);
    BOOST_TEST(none.decode.base_path == "");
    BOOST_TEST(none.decode.websocket_path == "/websocket");
    const auto all = options({{"TURNGATE_LENIENT", "on"},
                              {"TURNGATE_KEEP_STAGE", "on"},
                              {"TURNGATE_LAST_FORWARDED", "on"},
                              {"TURNGATE_SPLIT_BATCHES", "on"},
                              {"TURNGATE_ANSWER_WARMERS", "on"},
                              {"TURNGATE_NEVER_BASE64", "on"},
                              {"TURNGATE_REVERSE_MULTI_VALUES", "on"},
                              {"TURNGATE_BASE_PATH", "/shop"},
                              {"TURNGATE_WEBSOCKET_PATH", "/ws"}});
    BOOST_TEST(all.decode.lenient);
    BOOST_TEST(!all.decode.strip_stage);
    BOOST_TEST(all.decode.client_is_last_forwarded);
    BOOST_TEST(all.split_batches);
    BOOST_TEST(all.answer_warmers);
    BOOST_TEST(all.encode.never_base64);
    BOOST_TEST(all.encode.reverse_multi_values);
    BOOST_TEST(all.decode.base_path == "/shop");
    BOOST_TEST(all.decode.websocket_path == "/ws");
}

BOOST_AUTO_TEST_CASE(statuses_are_a_list_of_ranges) {
    const auto read = options({{"AWS_LWA_ERROR_STATUS_CODES", "500, 502-504"}});
    BOOST_REQUIRE(read.error_statuses.size() == 2u);
    BOOST_TEST(read.error_statuses[0].last == 500);
    BOOST_TEST(read.error_statuses[1].first == 502);
    BOOST_TEST(read.error_statuses[1].last == 504);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
    BOOST_TEST(error_of("TURNGATE_ERROR_STATUS_CODES", "5xx") ==
               "TURNGATE_ERROR_STATUS_CODES=5xx is wrong: expected status codes and ranges of "
               "them, as 500,502-504");
    BOOST_TEST(error_of("TURNGATE_SPLIT_BATCHES", "yes") ==
               "TURNGATE_SPLIT_BATCHES=yes is wrong: expected on or off");
    BOOST_TEST(error_of("TURNGATE_BASE_PATH", "shop") ==
               "TURNGATE_BASE_PATH=shop is wrong: expected a path such as /orders");
    for (const char* path : {"events", "/a b", "/a?b", "http://x/"})
        BOOST_TEST(error_of("AWS_LWA_PASS_THROUGH_PATH", path) ==
                   std::string("AWS_LWA_PASS_THROUGH_PATH=") + path +
                       " is wrong: expected a path such as /events");
}

BOOST_AUTO_TEST_SUITE_END()
