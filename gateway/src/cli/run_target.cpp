#include "cli/run_target.h"

#include "cli/exit_status.h"
#include "open_target.h"
#include "platform.h"

namespace turngate::cli {

std::vector<std::string_view> platform_names() {
    std::vector<std::string_view> names = {"auto"};
    for (const Platform& platform : platforms())
        names.push_back(platform.name);
    return names;
}

int run_target(const Invocation& invocation, const std::string& target, const Environment& get,
               const OpenHandler& open) {
    // A default gives way to TURNGATE_AS; what the user says does not.
    const std::string_view as =
        invocation.arguments.given("as") ? invocation.arguments.text("as") : "";
    try {
        detect_platform(invocation.environment, as);  // before anything is opened for it
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "\"doctor\" tells what was looked for");
    }
    return run_as(as, open, target, get, open_target);
}

}  // namespace turngate::cli
