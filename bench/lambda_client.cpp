// The Lambda door's client of the Runtime API without the door: it answers each event with the same
// reply.
#include <cstdlib>
#include <string>

#include "lambda/runtime_api.h"

int main() {
    turngate::RuntimeApi api(std::getenv("AWS_LAMBDA_RUNTIME_API"), {});
    const std::string reply =
        R"({"statusCode":200,"headers":{},"multiValueHeaders":{"Content-Type":["text/plain; )"
        R"(charset=utf-8"]},"body":"hello\n","isBase64Encoded":false})";
    while (const auto invocation = api.next())
        api.respond(invocation->context.request_id, reply);
}
