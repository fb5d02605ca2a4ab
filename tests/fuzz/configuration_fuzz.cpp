// Configuration files: whatever they hold, they are read or refused, and what is read can be asked.
//
// The first byte says which language: TOML if it is odd.
// covers: gateway/src/cli/configuration_layer.cpp gateway/src/cli/configuration.cpp
// covers: gateway/src/cli/read_jsonc.cpp gateway/src/cli/read_toml.cpp
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cli/commands.h"
#include "cli/configuration.h"

using namespace turngate::cli;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        Configuration configuration(commands(), global_options());
        configuration.add(data[0] % 2 == 1 ? read_toml(text, "f") : read_jsonc(text, "f"), "f",
                          "../", "ci");
        for (const Command* command : commands()) {
            configuration.operands(*command);
            for (const Option& option : command->options)
                configuration.option(command, option.name);
        }
    } catch (const CommandError&) {
    }
    return 0;
}
