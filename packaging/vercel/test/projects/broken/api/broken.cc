// Does not compile.
#include <turngate/turngate.h>

turngate::Response GET(turngate::Request&) {
    return undeclared_name();
}
