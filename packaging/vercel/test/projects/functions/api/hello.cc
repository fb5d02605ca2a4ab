// The functions of a method each.
#include "shared/greeting.h"
#include <turngate/turngate.h>

turngate::Response GET(turngate::Request& request) {
    return turngate::text(greeting(request.query("name", "world")));
}

turngate::Response POST(turngate::Request& request) {
    return turngate::text(greeting(request.body.text()));
}
