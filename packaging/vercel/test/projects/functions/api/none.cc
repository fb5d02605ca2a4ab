// Has no function of a name that is looked for.
#include <turngate/turngate.h>

turngate::Response answer(turngate::Request&) {
    return turngate::text("never");
}
