#include <csignal>
#include <set>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/variable_map.h"
#include <turngate/handlers/spawned_fcgi.h>

using namespace turngate;
using namespace std::chrono_literals;
using test::Variables;

namespace {

FcgiSpawnOptions options_of(const Variables& variables) {
    return fcgi_spawn_options(test::lookup(variables));
}

std::string error_of(const Variables& variables) {
    return test::error_of([&] { options_of(variables); });
}

struct Case {
    const char* name;
    const char* good;
    const char* bad;
    bool (*is_set)(const FcgiSpawnOptions&);
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name << '=' << c.good;
}

using Options = FcgiSpawnOptions;
const Case rows[] = {
    {"TURNGATE_FCGI_CHILDREN", "2:9", "9:2",
     [](const Options& o) { return o.min_children == 2 && o.max_children == 9; }},
    {"TURNGATE_FCGI_CHILDREN", "0:1", "0:0",
     [](const Options& o) { return o.min_children == 0 && o.max_children == 1; }},
    {"TURNGATE_FCGI_CHILDREN", "4",
     "4:", [](const Options& o) { return o.min_children == 4 && o.max_children == 4; }},
    {"TURNGATE_FCGI_LOAD", "16", "0", [](const Options& o) { return o.load == 16; }},
    {"TURNGATE_FCGI_MAX_REQUESTS", "500", "many",
     [](const Options& o) { return o.max_requests == 500; }},
    {"TURNGATE_FCGI_MAX_AGE", "1h", "1", [](const Options& o) { return o.max_age == 1h; }},
    {"TURNGATE_FCGI_IDLE_TIMEOUT", "5s", "0",
     [](const Options& o) { return o.idle_timeout == 5s; }},
    {"TURNGATE_FCGI_READ_TIMEOUT", "0", "x",
     [](const Options& o) { return o.read_timeout == 0ms; }},
    {"TURNGATE_FCGI_ABANDON_TIMEOUT", "500ms", "-1s",
     [](const Options& o) { return o.abandon_timeout == 500ms; }},
    {"TURNGATE_FCGI_STOP_SIGNAL", "USR1", "KILL",
     [](const Options& o) { return o.stop_signal == SIGUSR1; }},
    {"TURNGATE_FCGI_STOP_SIGNAL", "SIGQUIT", "usr1",
     [](const Options& o) { return o.stop_signal == SIGQUIT; }},
    {"TURNGATE_START_TIMEOUT", "2s", "2", [](const Options& o) { return o.start_timeout == 2s; }},
    {"TURNGATE_STOP_TIMEOUT", "1m", "0", [](const Options& o) { return o.stop_timeout == 1min; }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_spawn_variables)

BOOST_DATA_TEST_CASE(each_name_sets_its_option, rows) {
    BOOST_TEST(sample.is_set(options_of({{sample.name, sample.good}})));
    BOOST_TEST(!sample.is_set(options_of({})));
}

BOOST_DATA_TEST_CASE(a_wrong_value_is_refused, rows) {
    const std::string error = error_of({{sample.name, sample.bad}});
    BOOST_TEST(
        error.starts_with(std::string(sample.name) + "=" + sample.bad + " is wrong: expected "),
        error);
}

BOOST_AUTO_TEST_CASE(what_can_be_none_can_be_switched_off) {
    BOOST_TEST((options_of({{"TURNGATE_FCGI_MAX_AGE", "0"}}).max_age == 0ms));
    BOOST_TEST(options_of({{"TURNGATE_FCGI_MAX_REQUESTS", "0"}}).max_requests == 0u);
}

BOOST_AUTO_TEST_CASE(the_table_is_what_is_read) {
    std::set<std::string> asked;
    fcgi_spawn_options([&](const std::string& name) -> std::optional<std::string> {
        BOOST_TEST(asked.insert(name).second, name + " is asked for twice");
        return std::nullopt;
    });
    for (const FcgiSpawnVariable& variable : turngate::fcgi_spawn_variables()) {
        BOOST_TEST(asked.count(std::string(variable.name)) == 1);
        BOOST_TEST(!variable.meaning.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
