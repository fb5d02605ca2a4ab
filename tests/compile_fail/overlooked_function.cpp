// refused: GET() must take a turngate::Request&
#include <turngate/http/exports.h>

turngate::Response POST(turngate::Request&) {
    return {};
}

#ifdef MISUSE
turngate::Response GET() {
    return {};
}
#endif

TURNGATE_FIND_EXPORTS

int main() {
    return turngate_exported_handler() ? 0 : 1;
}
