// One of two programs.
#include <turngate/turngate.h>

int main(int argc, char** argv) {
    return turngate::run(argc, argv,
                         [](turngate::Request&) { return turngate::text("the first\n"); });
}
