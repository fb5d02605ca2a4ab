// Functions of JSON events, as Impuls has them; elsewhere the event is the body of a request.
#include <iostream>
#include <string>

#include <turngate/http/environment.h>
#include <turngate/turngate.h>

using turngate::Context;
using turngate::Json;

namespace {

// What is printed is in the logs of the invocation.
Json greet(const Json& event, Context& context) {
    const std::string name = event["name"].string_or("world");
    std::cout << "greeting " << name << std::endl;
    // A variable of the function's environment: each invocation has its own.
    const std::string greeting = turngate::variable(context, "GREETING").value_or("Hello");
    return Json::object({{"message", greeting + ", " + name + "!"}});
}

Json add(const Json& event, Context&) {
    const auto a = event["a"].number(), b = event["b"].number();
    if (!a || !b) throw turngate::HttpError(422, "\"a\" and \"b\" must be numbers");
    return Json::object({{"sum", *a + *b}});
}

}  // namespace

int main(int argc, char** argv) {
    return turngate::run(argc, argv,
                         turngate::Functions{{"greet", turngate::event_function(greet)},
                                             {"add", turngate::event_function(add)}});
}
