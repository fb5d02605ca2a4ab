// The shop as a program: serves on whatever platform it is started, and has turngate's commands.
#include "shop.h"
#include <turngate/turngate.h>

int main(int argc, char** argv) {
    return turngate::run(argc, argv, shop());
}
