// turngate completion: scripts for shells.
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"

namespace turngate::cli {
namespace {

constexpr std::string_view examples[] = {
    "completion bash > ~/.local/share/bash-completion/completions/turngate",
    "completion zsh > ~/.zfunc/_turngate",
    "completion fish > ~/.config/fish/completions/turngate.fish",
};

std::vector<std::string_view> shells() {
    return {"bash", "zsh", "fish"};
}

int print_script(Invocation& invocation) {
    const std::string& shell = invocation.arguments.operands()[0];
    const std::string_view path = invocation.program;
    const std::string_view program = path.substr(path.rfind('/') + 1);
    const auto make = shell == "bash"  ? bash_completion
                      : shell == "zsh" ? zsh_completion
                                       : fish_completion;
    invocation.out.write(make(program, commands(), global_options()));
    return exit_status::good;
}

}  // namespace

const Command completion_command = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .summary = "print what makes a shell complete this program's command line",
    .description =
        "The script knows commands, options, the words that they take, and where they take files. "
        "To try it: source <(turngate completion bash), the same in zsh behind \"compinit\", and "
        "in fish: turngate completion fish | source. The directory of the example for zsh must be "
        "in $fpath.",
    .examples = examples,
    .least_operands = 1,
    .most_operands = 1,
    .choices = shells,
    .run = print_script,
};

}  // namespace turngate::cli
