// Proves that the installed headers and libraries are complete.
#include <cstdio>

#include <turngate/turngate.h>

int main() {
    turngate::Response response = turngate::record(
        [](turngate::Request& request) { return turngate::text(request.query("name")); },
        turngate::Request::get("/?name=consumer"));
    std::puts(response.body.c_str());
}
