// What the environment says about an Impuls function.
#include "serve_impuls.h"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate;

namespace {

ImpulsSettings settings(std::map<std::string, std::string> variables) {
    return impuls_settings([=](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

std::string problem_of(std::map<std::string, std::string> variables) {
    try {
        settings(std::move(variables));
        return "accepted";
    } catch (const Error& e) {
        return e.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(serve_impuls)

BOOST_AUTO_TEST_CASE(it_listens_on_every_interface) {
    BOOST_TEST(settings({{"RUNTIME_PORT", "9001"}}).http.listen.at(0) == ":9001");
    BOOST_TEST(settings({{"PORT", "1"}, {"HOST", "x"}}).http.listen.at(0) == ":8080");
    BOOST_TEST(settings({{"RUNTIME_PORT", "9001"}, {"TURNGATE_LISTEN", "127.0.0.1:7"}})
                   .http.listen.at(0) == "127.0.0.1:7");
}

BOOST_AUTO_TEST_CASE(the_form_of_logs_can_be_told) {
    BOOST_TEST(!settings({}).logs);
    BOOST_TEST(!settings({{"TURNGATE_IMPULS_LOGS", "auto"}}).logs);
    BOOST_TEST((settings({{"TURNGATE_IMPULS_LOGS", "text"}}).logs == impuls::LogsForm::text));
    BOOST_TEST((settings({{"TURNGATE_IMPULS_LOGS", "lists"}}).logs == impuls::LogsForm::lists));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
    BOOST_TEST(problem_of({{"RUNTIME_PORT", "http"}}) ==
               "RUNTIME_PORT=http is wrong: expected a number from 0 to 65535");
    BOOST_TEST(problem_of({{"RUNTIME_PORT", "65536"}}) != "accepted");
    BOOST_TEST(problem_of({{"TURNGATE_IMPULS_LOGS", "json"}}) ==
               "TURNGATE_IMPULS_LOGS=json is wrong: expected auto, text or lists");
}

BOOST_AUTO_TEST_SUITE_END()
