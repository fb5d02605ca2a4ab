// Where Baetyl 2 puts what a function needs: its variables say it, and files that no service.yml
// names.
#pragma once

#include <optional>
#include <string>

#include "platform.h"
#include <turngate/handlers/tls_front.h>

namespace turngate::openedge {

struct Baetyl2 {
    std::string configuration = {};  // the file
    std::string code = {};           // directory of the functions' codedirs
    std::string name = {};           // of the service
    std::string address = {};        // where to listen
    TlsFiles tls = {};               // of the system
};

// Absent if this is an earlier generation: BAETYL_RUN_MODE is not set. Throws Error that names the
// variable or the certificate that is missing or wrong.
std::optional<Baetyl2> baetyl2(const ReadVariable& get);

}  // namespace turngate::openedge
