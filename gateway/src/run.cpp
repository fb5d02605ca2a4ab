#include <turngate/doors/cgi.h>
#include <turngate/turngate.h>

namespace turngate {

int run(int, char**, HandlerPtr handler) {
    cgi_door()->serve(std::move(handler));
    return 0;
}

}  // namespace turngate
