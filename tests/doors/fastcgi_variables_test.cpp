#include <map>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "serve_fastcgi.h"
#include <turngate/http/error.h>

using namespace turngate;

namespace {

FastcgiOptions options_of(const std::map<std::string, std::string>& variables) {
    return fastcgi_options([&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::optional<std::string>() : found->second;
    });
}

std::string refusal_of(const std::string& name, const std::string& value) {
    try {
        options_of({{name, value}});
    } catch (const Error& e) {
        return e.what();
    }
    return "taken";
}

struct Wrong {
    const char* name;
    const char* value;
    const char* expected;
};
std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
    return out << wrong.name << '=' << wrong.value;
}

const Wrong wrong_ones[] = {
    {"TURNGATE_SOCKET_MODE", "0888", "an octal number"},
    {"TURNGATE_SOCKET_MODE", "07777", "an octal number"},
    {"TURNGATE_SOCKET_GROUP", "no such group", "the name or the number of a group"},
    {"TURNGATE_SOCKET_USERS", "no such user", "users with commas between"},
    {"TURNGATE_MOUNT", "app", "a path"},
    {"TURNGATE_TRUST_REMOTE_USER", "yes", "on or off"},
    {"TURNGATE_PASS_DOT_SEGMENTS", "1", "on or off"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_variables)

BOOST_AUTO_TEST_CASE(nothing_is_believed_or_opened_by_default) {
    const FastcgiOptions options = options_of({});
    BOOST_TEST(options.socket.mode == 0660u);
    BOOST_TEST(!options.socket.group);
    BOOST_TEST(!options.trust_remote_user);
    BOOST_TEST(!options.pass_dot_segments);
}

BOOST_AUTO_TEST_CASE(each_is_what_its_variable_says) {
    const FastcgiOptions options = options_of({{"TURNGATE_SOCKET_MODE", "0606"},
                                               {"TURNGATE_SOCKET_GROUP", "root"},
                                               {"TURNGATE_SOCKET_USERS", "0, 33"},
                                               {"TURNGATE_MOUNT", "/app"},
                                               {"TURNGATE_TRUST_REMOTE_USER", "on"},
                                               {"TURNGATE_PASS_DOT_SEGMENTS", "on"}});
    BOOST_TEST(options.socket.mode == 0606u);
    BOOST_TEST(options.socket.group.value() == 0u);
    BOOST_TEST((options.users == std::vector<std::uint32_t>{0, 33}));
    BOOST_TEST(options.mount == "/app");
    BOOST_TEST(options.trust_remote_user);
    BOOST_TEST(options.pass_dot_segments);
    BOOST_TEST(options_of({{"TURNGATE_SOCKET_GROUP", "4711"}}).socket.group.value() == 4711u);
}

BOOST_DATA_TEST_CASE(a_wrong_value_is_named_with_what_was_expected, wrong_ones) {
    const std::string said = refusal_of(sample.name, sample.value);
    BOOST_TEST(said.starts_with(std::string(sample.name) + '=' + sample.value + " is wrong"), said);
    BOOST_TEST(said.find(sample.expected) != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(who_may_connect_is_a_list) {
    BOOST_TEST(options_of({}).users.empty());
    BOOST_TEST(options_of({}).peers.empty());
    BOOST_TEST((options_of({{"TURNGATE_SOCKET_USERS", "0, 33,root"}}).users ==
                std::vector<std::uint32_t>{0, 33, 0}));
    BOOST_TEST((options_of({{"FCGI_WEB_SERVER_ADDRS", "127.0.0.1, 10.0.0.0/8,"}}).peers ==
                std::vector<std::string>{"127.0.0.1", "10.0.0.0/8"}));
}

// Everybody could connect.
BOOST_AUTO_TEST_CASE(a_list_of_nobody_is_refused) {
    for (const char* name : {"TURNGATE_SOCKET_USERS", "FCGI_WEB_SERVER_ADDRS"})
        for (const char* nobody : {"", ",", " , "})
            BOOST_TEST(refusal_of(name, nobody)
                           .starts_with(std::string(name) + "=" + nobody + " is wrong: expected "));
}

BOOST_AUTO_TEST_CASE(who_is_wrong_in_a_list_is_named) {
    BOOST_TEST(refusal_of("TURNGATE_SOCKET_USERS", "0,no such user") ==
               "TURNGATE_SOCKET_USERS=no such user is wrong: expected users with commas between, "
               "as 0,www-data");
    BOOST_TEST(refusal_of("FCGI_WEB_SERVER_ADDRS", "localhost") ==
               "FCGI_WEB_SERVER_ADDRS is wrong: \"localhost\" is no IP address or network of a web "
               "server: expected one as 127.0.0.1 or 10.0.0.0/8");
}

BOOST_AUTO_TEST_SUITE_END()
