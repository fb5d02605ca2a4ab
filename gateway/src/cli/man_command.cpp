// turngate man: the manual page of a command.
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/man_page.h"
#include "cli/parse.h"

namespace turngate::cli {
namespace {

constexpr std::string_view examples[] = {
    "man replay | man -l -",
    "man event new > ~/.local/share/man/man1/turngate-event-new.1",
};

int print_page(Invocation& invocation) {
    const CommandLine line = named_command(invocation.arguments.operands(), invocation.environment);
    const std::string_view path = invocation.program;
    const std::string_view program = path.substr(path.rfind('/') + 1);
    invocation.out.write(line.command
                             ? man_page(program, *line.command, global_options())
                             : man_overview(program, line.group, commands(), global_options()));
    return exit_status::good;
}

}  // namespace

const Command man_command = {
    .name = "man",
    .operands = "[COMMAND]",
    .summary = "print the manual page of a command",
    .description =
        "Prints a page in the language of man(7), which \"man -l -\" shows: that of COMMAND, "
        "which may be two words, or the one that names all commands.",
    .examples = examples,
    .run = print_page,
};

}  // namespace turngate::cli
