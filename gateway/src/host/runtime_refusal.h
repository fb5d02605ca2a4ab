// What the Runtime API and the Extensions API say to a call that is not allowed.
#pragma once

#include <string>
#include <string_view>

namespace turngate::host {

// The body is {errorMessage, errorType}, as of AWS's runtime interface emulator.
struct RuntimeRefusal {
    int status;
    std::string_view type;
    std::string message;
};

}  // namespace turngate::host
