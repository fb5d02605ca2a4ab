// Generated: the functions of @entrypoint@, as a program.
#include "@entrypoint@"
#include <turngate/http/exports.h>
#include <turngate/turngate.h>

TURNGATE_FIND_EXPORTS

int main(int argc, char** argv) {
    return turngate::run(argc, argv, turngate_exported_handler);
}
