// What a static program has in place of configuration files, which are for those who develop
// functions.
#include "cli/configuration_files.h"

namespace turngate::cli {

Configuration load_configuration(const Arguments& globals, const Environment&) {
    for (const char* option : {"config", "profile"})
        if (globals.source(option) == Arguments::Source::flag)
            throw CommandError(exit_status::usage,
                               std::string("--") + option + ": a static program reads no files",
                               "use one that is built without TURNGATE_STATIC, such as turngate");
    return {};
}

}  // namespace turngate::cli
