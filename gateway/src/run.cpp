#include "cli/cli.h"
#include <turngate/doors/cgi.h>
#include <turngate/turngate.h>

namespace turngate {

int run(int argc, char** argv, HandlerPtr handler) {
    if (cli::is_command_line(argc, argv)) return cli::run(argc, argv, std::move(handler));
    cgi_door()->serve(std::move(handler));
    return 0;
}

}  // namespace turngate
