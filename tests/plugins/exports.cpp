// A plug-in for tests that answers with functions named after methods.
#include <turngate/handlers/plugin.h>

static turngate::Response GET(turngate::Request& request) {
    return {200, {}, "got " + request.query("name", "nobody")};
}

static void POST(turngate::Request& request, turngate::ResponseWriter& response) {
    response.status(201).write("posted " + request.body.text());
}

TURNGATE_EXPORTS("exports")
