#include "openedge/settings.h"

#include <fstream>
#include <map>
#include <ostream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "openedge/yaml.h"
#include "serve_openedge.h"
#include "support/temporary_directory.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::openedge;
using namespace std::chrono_literals;

namespace {

ReadVariable environment(std::map<std::string, std::string> variables = {}) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        return it == variables.end() ? std::nullopt : std::optional(it->second);
    };
}

// As OpenEdge's master of December 2018 passes it.
constexpr const char* recorded =
    R"({"name":"localfunc-sayhi-1","alias":"","logger":{"path":"","level":"debug","format":"text",)"
    R"("console":true,"age":{"max":15},"size":{"max":50},"backup":{"max":15}},"entry":"",)"
    R"("restart":{"retry":{"max":0},"policy":"","backoff":{"min":0,"max":0,"factor":0}},)"
    R"("expose":null,"params":null,"env":null,"resources":{},"server":{"address":"127.0.0.1:34499",)"
    R"("timeout":5000000000,"message":{"length":{"max":4194304}}},"function":{"id":"func-cpp",)"
    R"("name":"sayhi","handler":"sayhi.handler","codedir":"var/db/openedge/module/func-cpp",)"
    R"("instance":{"min":0,"max":2,"idletime":20000000000,"timeout":5000000000,"Resources":{},)"
    R"("message":{"length":{"max":4194304}}},"entry":"bin/f","env":{"USER_ID":"acuiot"}}})";

constexpr const char* service = R"(name: sayhi
server:
  address: 127.0.0.1:50051
  timeout: 1m30s
  message: {length: {max: 1m}}
functions:
  - name: a
    handler: app.a
    codedir: code
  - {name: '2', handler: "plugin:b.so"}
logger: {level: warn, format: json}
)";

struct Wrong {
    const char* name;
    const char* json;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& w) {
    return out << w.name;
}
const Wrong wrong[] = {
    {"no_object", "[]", "it is no object"},
    {"nothing", "{}", "missing name"},
    {"no_address", R"({"name":"n","server":{}})", "missing server.address"},
    {"no_function", R"({"name":"n","server":{"address":":1"}})", "missing function"},
    {"no_name", R"({"name":"n","server":{"address":":1"},"function":{"handler":"h"}})",
     "missing function.name"},
    {"no_handler", R"({"name":"n","server":{"address":":1"},"function":{"name":"h"}})",
     "missing function.handler"},
    {"no_functions", R"({"name":"n","server":{"address":":1"},"functions":[]})",
     "missing functions"},
    {"a_duration", R"({"name":"n","server":{"address":":1","timeout":"soon"}})",
     "server.timeout is wrong"},
    {"a_negative_duration", R"({"name":"n","server":{"address":":1","timeout":-1}})",
     "server.timeout is wrong"},
    {"a_size", R"({"name":"n","server":{"address":":1","message":{"length":{"max":4294967296}}}})",
     "server.message.length.max is wrong"},
    {"tls", R"({"name":"n","server":{"address":":1","cert":"c.pem"}})",
     "missing server.key, which TLS needs"},
};

std::string error_of(const ReadVariable& get) {
    try {
        settings(get);
        return "accepted";
    } catch (const Error& e) {
        return e.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_settings)

BOOST_AUTO_TEST_CASE(what_the_master_passes_is_read) {
    const Settings read = settings(environment({{"-c", std::string(" ") + recorded + "\n"}}));

    BOOST_TEST(read.name == "localfunc-sayhi-1");
    BOOST_TEST(read.address == "127.0.0.1:34499");
    BOOST_TEST((read.timeout == 5s));
    BOOST_TEST(read.max_message == 4194304u);
    BOOST_TEST(read.functions.size() == 1u);
    BOOST_TEST(read.functions[0].name == "sayhi");
    BOOST_TEST(read.functions[0].handler == "sayhi.handler");
    BOOST_TEST(read.functions[0].directory.ends_with("/var/db/openedge/module/func-cpp"));
    BOOST_TEST(!read.by_name);
}

BOOST_AUTO_TEST_CASE(a_service_has_several_functions) {
    const Settings read = read_settings(read_yaml(service), environment());

    BOOST_TEST((read.timeout == 90s));
    BOOST_TEST(read.max_message == 1u << 20);
    BOOST_TEST(read.by_name);
    BOOST_TEST(read.functions.size() == 2u);
    BOOST_TEST(read.functions[0].directory == "code");
    BOOST_TEST(read.functions[1].name == "2");
    BOOST_TEST(read.functions[1].handler == "plugin:b.so");
    BOOST_TEST(read.log_level == "warn");
    BOOST_TEST(read.log_format == "json");
}

BOOST_AUTO_TEST_CASE(a_server_may_speak_tls) {
    const auto read = [](const std::string& server) {
        return read_settings(read_yaml("{name: x, server: {address: ':1', " + server +
                                       "}, function: {name: f, handler: h}}"),
                             environment());
    };
    BOOST_TEST(!read("timeout: 1s").tls);
    BOOST_TEST((read("cert: c, key: k").tls == TlsFiles{"c", "k"}));
    BOOST_TEST((read("cert: c, key: k, ca: a").tls == TlsFiles{"c", "k", "a"}));
    BOOST_CHECK_THROW(read("ca: a"), Error);
    BOOST_CHECK_THROW(read("cert: c"), Error);
    BOOST_CHECK_THROW(read("key: k"), Error);
}

BOOST_AUTO_TEST_CASE(variables_say_other_of_name_and_address) {
    const Settings read = read_settings(
        read_yaml(service), environment({{"OPENEDGE_SERVICE_INSTANCE_NAME", "sayhi.a.1"},
                                         {"OPENEDGE_SERVICE_INSTANCE_ADDRESS", "127.0.0.1:1"},
                                         {"OPENEDGE_SERVICE_NAME", "older"},
                                         {"BAETYL_SERVICE_INSTANCE_ADDRESS", "127.0.0.1:2"}}));

    BOOST_TEST(read.name == "sayhi.a.1");
    BOOST_TEST(read.address == "127.0.0.1:2");
}

BOOST_AUTO_TEST_CASE(what_stands_behind_c_may_be_a_file) {
    const test::TemporaryDirectory directory;
    std::ofstream(directory.path() + "/module.yml") << service;

    const Settings read = settings(environment({{"-c", directory.path() + "/module.yml"}}));

    BOOST_TEST(read.functions.size() == 2u);
}

BOOST_DATA_TEST_CASE(what_is_wrong_is_named, wrong) {
    try {
        read_settings(Json::parse(sample.json), environment());
        BOOST_ERROR("accepted");
    } catch (const Error& e) {
        BOOST_TEST(std::string(e.what()).find(sample.message) != std::string::npos, e.what());
    }
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_none_is_refused) {
    BOOST_TEST(error_of(environment({{"-c", ""}})).starts_with("-c needs the configuration"));
    BOOST_TEST(
        error_of(environment({{"-c", "{x}"}})).starts_with("module config invalid, it is no JSON"));
    BOOST_TEST(error_of(environment({{"-c", "/nowhere/module.yml"}}))
                   .starts_with("cannot read the configuration /nowhere/module.yml"));
    BOOST_TEST(error_of(environment({{"BAETYL_SERVICE_NAME", "x"}}))
                   .starts_with("cannot read the configuration etc/baetyl/service.yml"));
    BOOST_TEST(error_of(environment({{"OPENEDGE_SERVICE_NAME", "x"}}))
                   .starts_with("cannot read the configuration etc/openedge/service.yml"));
}

BOOST_AUTO_TEST_CASE(yaml_that_is_none_is_refused) {
    BOOST_CHECK_THROW(read_yaml("a: [1"), Error);
    BOOST_CHECK_THROW(read_yaml(std::string(200, '[') + std::string(200, ']')), Error);
    std::string aliases = "a: &a [1]\n";
    for (char c = 'b'; c < 'z'; ++c)
        aliases +=
            std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ", *" + char(c - 1) + "]\n";
    BOOST_CHECK_THROW(read_yaml(aliases), Error);
}

// As in a container, where it is the container's own.
BOOST_AUTO_TEST_CASE(an_address_may_be_a_name) {
    Settings named = settings(environment({{"-c", recorded}}));
    named.address = "LOCALHOST:50051";
    const auto listen = openedge_options(named, environment()).http.listen;
    BOOST_TEST_REQUIRE(!listen.empty());
    for (const std::string& one : listen)
        BOOST_TEST((one == "127.0.0.1:50051" || one == "[::1]:50051"), one);
    named.address = "no-such-name.invalid:50051";
    BOOST_CHECK_THROW(openedge_options(named, environment()), Error);
}

BOOST_AUTO_TEST_CASE(options_come_from_both) {
    const Settings read = settings(environment({{"-c", recorded}}));
    const OpenEdgeOptions options =
        openedge_options(read, environment({{"PORT", "1"},
                                            {"TURNGATE_LISTEN", ":2"},
                                            {"TURNGATE_MAX_THREADS", "3"},
                                            {"TURNGATE_OPENEDGE_MAX_REPLY", "32k"},
                                            {"TURNGATE_OPENEDGE_ERRORS", "payload"}}));

    BOOST_TEST(options.http.listen.size() == 1u);
    BOOST_TEST(options.http.listen[0] == "127.0.0.1:34499");
    BOOST_TEST((options.http.drain_timeout == 5s));
    BOOST_TEST(options.http.max_threads == 3u);
    BOOST_TEST(options.max_reply == 32768u);
    BOOST_TEST(options.errors_as_payloads);
    for (const char* name : {"TURNGATE_OPENEDGE_MAX_REPLY", "TURNGATE_OPENEDGE_ERRORS"})
        BOOST_CHECK_THROW(openedge_options(read, environment({{name, "x"}})), Error);
}

BOOST_AUTO_TEST_SUITE_END()
