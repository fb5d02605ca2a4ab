// Hello, on every platform, and without a command line: between bootstrap and hello in size.
#include <turngate/turngate.h>

int main() {
    return turngate::run([](turngate::Request& request) {
        return turngate::text("Hello, " + request.query("name", "world") + "!\n");
    });
}
