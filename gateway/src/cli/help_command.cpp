#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/parse.h"

namespace turngate::cli {
namespace {

constexpr std::string_view examples[] = {"help version"};

int print_help(Invocation& invocation) {
    const CommandLine line = named_command(invocation.arguments.operands(), invocation.environment);
    const Terminal& terminal = invocation.out.terminal();
    invocation.out.write(
        line.command
            ? help(invocation.program, *line.command, global_options(), true, terminal)
            : overview(invocation.program, line.group, commands(), global_options(), terminal));
    return exit_status::good;
}

}  // namespace

const Command help_command = {.name = "help",
                              .operands = "[COMMAND]",
                              .summary = "show what a command does and takes",
                              .examples = examples,
                              .run = print_help};

}  // namespace turngate::cli
