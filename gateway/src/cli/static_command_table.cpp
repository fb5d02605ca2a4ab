// The commands of static programs: what a deployed program is asked. The rest is for whoever
// develops it, with a program that is not static, and would be a third of this one.
#include "cli/commands.h"

namespace turngate::cli {
namespace {

// clang-format off
constexpr const Command* all[] = {
    &run_command,
    &front_command,
    &invoke_command,
    &doctor_command,
    &package_command,
    &version_command,
    &help_command,
};
// clang-format on

}  // namespace

std::span<const Command* const> commands() {
    return all;
}

}  // namespace turngate::cli
