// Hello, on AWS Lambda alone: linked statically, the smallest program that turngate makes.
#include <turngate/turngate.h>

int main() {
    return turngate::run_lambda([](turngate::Request& request) {
        return turngate::text("Hello, " + request.query("name", "world") + "!\n");
    });
}
