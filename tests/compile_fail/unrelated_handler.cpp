// refused: no matching function
// A function that yields neither a response nor writes one is no handler.
#include <turngate/http/handler.h>

turngate::HandlerPtr answer() {
#ifdef MISUSE
    return turngate::to_handler([](turngate::Request&) { return 42; });
#else
    return turngate::to_handler([](turngate::Request&) { return turngate::text("42"); });
#endif
}
