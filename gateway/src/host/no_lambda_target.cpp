// What a static program has in place of AWS Lambda on this machine, and of functions behind an
// Invoke API, which are for those who develop functions.
#include "cli/exit_status.h"
#include "host/invoke_target.h"
#include "host/lambda_target.h"

namespace turngate::host {
namespace {

[[noreturn]] void refuse(std::string_view uri) {
    throw cli::CommandError(
        cli::exit_status::no_target,
        "cannot open the target: " + std::string(uri) + " cannot be run by a static program",
        "use one that is built without TURNGATE_STATIC, such as turngate itself");
}

}  // namespace

HandlerPtr lambda_target(std::string_view place, const ReadVariable&,
                         std::function<void(Level, std::string_view)>) {
    refuse("lambda:" + std::string(place));
}

HandlerPtr invoke_target(std::string_view url) {
    refuse("invoke:" + std::string(url));
}

}  // namespace turngate::host
