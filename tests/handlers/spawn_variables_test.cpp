#include <set>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/variable_map.h"
#include <turngate/handlers/spawned_upstream.h>

using namespace turngate;
using namespace std::chrono_literals;
using test::Variables;

namespace {

SpawnOptions options_of(const Variables& variables) {
    return spawn_options(test::lookup(variables));
}

std::string error_of(const Variables& variables) {
    return test::error_of([&] { options_of(variables); });
}

struct Case {
    const char* name;
    const char* good;
    const char* bad;  // null: everything is taken
    bool (*is_set)(const SpawnOptions&);
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case rows[] = {
    {"TURNGATE_UPSTREAM_PORT", "9000", "0", [](const SpawnOptions& o) { return o.port == 9000; }},
    {"AWS_LWA_PORT", "9000", "65536", [](const SpawnOptions& o) { return o.port == 9000; }},
    {"AWS_LWA_HOST", "::1", nullptr, [](const SpawnOptions& o) { return o.host == "::1"; }},
    {"READINESS_CHECK_PORT", "81", "81x",
     [](const SpawnOptions& o) { return o.readiness.port == 81; }},
    {"READINESS_CHECK_PATH", "healthz?a=b", "/a b",
     [](const SpawnOptions& o) { return o.readiness.path == "/healthz?a=b"; }},
    {"AWS_LWA_READINESS_CHECK_PATH", "/up", "/a\r\nX: y",
     [](const SpawnOptions& o) { return o.readiness.path == "/up"; }},
    {"READINESS_CHECK_PROTOCOL", "TCP", "udp",
     [](const SpawnOptions& o) { return o.readiness.protocol == Readiness::Protocol::tcp; }},
    {"AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "200,300-399", "2xx",
     [](const SpawnOptions& o) {
         return o.readiness.healthy == std::vector<StatusRange>{{200, 200}, {300, 399}};
     }},
    {"TURNGATE_START_TIMEOUT", "2s", "2",
     [](const SpawnOptions& o) { return o.start_timeout == 2s; }},
    {"TURNGATE_STOP_TIMEOUT", "1m", "-1s",
     [](const SpawnOptions& o) { return o.stop_timeout == 1min; }},
    {"ASYNC_INIT", "True", "maybe", [](const SpawnOptions& o) { return o.async_init; }},
    {"REMOVE_BASE_PATH", "/prod", nullptr,
     [](const SpawnOptions& o) { return o.base_path == "/prod"; }},
    {"AWS_LWA_ENABLE_COMPRESSION", "1", "gzip", [](const SpawnOptions& o) { return o.compress; }},
    {"AWS_LWA_AUTHORIZATION_SOURCE", "X-Token", "X Token",
     [](const SpawnOptions& o) { return o.authorization_source == "X-Token"; }},
    {"TURNGATE_REMOVE_RESPONSE_HEADERS", "server, x-powered-by", "server,",
     [](const SpawnOptions& o) {
         return o.removed_response_fields == std::vector<std::string>{"server", "x-powered-by"};
     }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(spawn_variables)

BOOST_DATA_TEST_CASE(each_name_sets_its_option, rows) {
    BOOST_TEST(sample.is_set(options_of({{sample.name, sample.good}})));
    BOOST_TEST(!sample.is_set(options_of({})));
}

BOOST_DATA_TEST_CASE(a_wrong_value_is_refused_with_the_name_that_was_used, rows) {
    if (!sample.bad) return;
    const std::string error = error_of({{sample.name, sample.bad}});
    BOOST_TEST(
        error.starts_with(std::string(sample.name) + "=" + sample.bad + " is wrong: expected "),
        error);
}

BOOST_AUTO_TEST_CASE(our_name_wins_then_the_adapter_s_then_the_old_one) {
    Variables all = {{"TURNGATE_READINESS_CHECK_PORT", "1"},
                     {"AWS_LWA_READINESS_CHECK_PORT", "2"},
                     {"READINESS_CHECK_PORT", "3"}};
    BOOST_TEST(options_of(all).readiness.port == 1);
    all["TURNGATE_READINESS_CHECK_PORT"] = "";  // as good as unset
    BOOST_TEST(options_of(all).readiness.port == 2);
    all.erase("AWS_LWA_READINESS_CHECK_PORT");
    BOOST_TEST(options_of(all).readiness.port == 3);
}

BOOST_AUTO_TEST_CASE(a_wrong_value_of_a_name_that_does_not_count_is_not_looked_at) {
    BOOST_TEST(error_of({{"TURNGATE_UPSTREAM_PORT", "80"}, {"AWS_LWA_PORT", "none"}}) == "none");
}

BOOST_AUTO_TEST_CASE(port_and_host_are_those_of_the_gateway) {
    const SpawnOptions options = options_of({{"PORT", "8080"}, {"HOST", "0.0.0.0"}});
    BOOST_TEST(options.port == 0);
    BOOST_TEST(options.host == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(the_table_is_what_is_read) {
    std::set<std::string> asked;
    spawn_options([&](const std::string& name) -> std::optional<std::string> {
        BOOST_TEST(asked.insert(name).second, name + " is asked for twice");
        return std::nullopt;
    });
    for (const SpawnVariable& variable : turngate::spawn_variables()) {
        BOOST_TEST(variable.name.starts_with("TURNGATE_"));
        BOOST_TEST(!variable.meaning.empty());
        for (std::string_view name : {variable.name, variable.aliases[0], variable.aliases[1]})
            if (!name.empty()) BOOST_TEST(asked.count(std::string(name)) == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
