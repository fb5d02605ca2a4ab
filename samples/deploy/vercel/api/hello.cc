// GET and POST of /api/hello: each method is a function of its name.
#include <turngate/turngate.h>

using turngate::Request;
using turngate::Response;

Response GET(Request& request) {
    return turngate::text("Hello, " + request.query("name", "world") + "!\n");
}

Response POST(Request& request) {
    return turngate::text("Hello, " + request.body.text() + "!\n");
}
