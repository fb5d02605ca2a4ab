// Has a main() that runs turngate by itself.
#include <turngate/turngate.h>

int main(int argc, char** argv) {
    return turngate::run(argc, argv,
                         [](turngate::Request&) { return turngate::text("a program\n"); });
}
