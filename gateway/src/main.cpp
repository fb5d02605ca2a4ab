// The `turngate` program.
#include "cli/cli.h"

int main(int argc, char** argv) {
    return turngate::cli::run(argc, argv, nullptr);
}
