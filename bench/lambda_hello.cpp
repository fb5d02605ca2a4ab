// A Lambda function that answers "hello" to every event.
#include <turngate/turngate.h>

int main(int argc, char** argv) {
    return turngate::run(argc, argv, [](turngate::Request&) { return turngate::text("hello\n"); });
}
