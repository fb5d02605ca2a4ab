// When the arguments of a linked program are a command line.
#include "cli/cli.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate::cli;

namespace {

using Words = std::vector<std::string>;

template <class Question>
bool ask(Question question, Words words) {
    words.insert(words.begin(), "./program");
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return question(static_cast<int>(words.size()), pointers.data());
}

// Sets a variable for as long as it lives.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { ::unsetenv(name_); }

  private:
    const char* name_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(arguments_of_a_person_are_one) {
    BOOST_TEST(!ask(is_command_line, {}));
    BOOST_TEST(ask(is_command_line, {"replay", "events"}));
    BOOST_TEST(ask(is_command_line, {"event"}));
    BOOST_TEST(ask(is_command_line, {"--help"}));
    BOOST_TEST(ask(is_command_line, {"repaly"}));
}

BOOST_AUTO_TEST_CASE(the_words_of_a_query_string_are_none) {
    Variable cgi("GATEWAY_INTERFACE", "CGI/1.1");
    BOOST_TEST(!ask(is_command_line, {"replay", "/etc"}));
    BOOST_TEST(!ask(is_command_line, {"--help"}));
}

BOOST_AUTO_TEST_CASE(the_name_of_a_function_is_none) {
    Variable lambda("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
    BOOST_TEST(!ask(is_command_line, {"orders.handler"}));
    BOOST_TEST(ask(is_command_line, {"doctor"}));
}

BOOST_AUTO_TEST_CASE(the_configuration_of_an_edge_platform_is_none) {
    BOOST_TEST(!ask(is_command_line, {"-c", "{}"}));
}

BOOST_AUTO_TEST_CASE(some_commands_run_until_they_are_stopped) {
    BOOST_TEST(ask(listens, {"-v", "serve"}));
    BOOST_TEST(!ask(listens, {"replay", "events"}));
    BOOST_TEST(!ask(listens, {}));
}

BOOST_AUTO_TEST_SUITE_END()
