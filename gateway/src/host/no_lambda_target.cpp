// What a static program has in place of AWS Lambda on this machine, which is for those who develop
// functions.
#include "host/lambda_target.h"
#include <turngate/handlers/open_handler.h>

namespace turngate::host {

HandlerPtr lambda_target(std::string_view place, const ReadVariable&,
                         std::function<void(Level, std::string_view)>) {
    throw BadSetting("lambda:" + std::string(place) +
                     " cannot be run by a static program: use one that is built without "
                     "TURNGATE_STATIC, such as turngate itself");
}

}  // namespace turngate::host
