#include "cli/cli.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/configuration_files.h"
#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/parse.h"
#include "version.h"
#include <turngate/os/fd.h>

namespace turngate::cli {
namespace {

ColorChoice color_choice(const Arguments& arguments, const Environment& environment) {
    if (arguments.source("color") == Arguments::Source::file && says_color(environment))
        return ColorChoice::automatic;
    std::string_view when = arguments.text("color");
    return when == "always"  ? ColorChoice::always
           : when == "never" ? ColorChoice::never
                             : ColorChoice::automatic;
}

// What --color says, for errors in the very words that would say it.
ColorChoice early_color_choice(const std::vector<std::string>& words) {
    ColorChoice choice = ColorChoice::automatic;
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        std::string_view when = words[i];
        if (when == "--color" && i + 1 < words.size())
            when = words[i + 1];
        else if (when.starts_with("--color="))
            when.remove_prefix(std::string_view("--color=").size());
        else
            continue;
        if (when == "always") choice = ColorChoice::always;
        if (when == "never") choice = ColorChoice::never;
    }
    return choice;
}

int verbosity(const Arguments& arguments) {
    const auto more = static_cast<int>(arguments.count("verbose"));
    const bool is_quiet = arguments.on("quiet") && (more == 0 || arguments.strength("quiet") >=
                                                                     arguments.strength("verbose"));
    return is_quiet ? -1 : more;
}

void change_directory(const Arguments& arguments) {
    const std::string directory(arguments.text("directory"));
    if (directory.empty()) return;
    const std::string variable = environment_name({}, "directory");
    if (::chdir(directory.c_str()) != 0) {
        const bool is_flag = arguments.source("directory") == Arguments::Source::flag;
        throw CommandError(
            exit_status::usage,
            "cannot change to " + directory + ": " + std::generic_category().message(errno),
            "give " + (is_flag ? "-C" : variable) + " an existing directory");
    }
    ::unsetenv(variable.c_str());  // what is started here is there already
}

// Runs `work` and turns what it throws into an exit status and a message on `err`.
template <class Work>
int guarded(Output& err, Work work) {
    try {
        return work();
    } catch (const ClosedPipe&) {
        return exit_status::closed_pipe;
    } catch (const OutputFailure& e) {
        return show(err, CommandError(exit_status::wrong_answer, e.what(),
                                      "the output is incomplete; have it written elsewhere"));
    } catch (const CommandError& e) {
        return show(err, e);
    } catch (const std::bad_alloc&) {
        return show(err, CommandError(exit_status::wrong_answer, "there is not enough memory",
                                      "raise the limit of memory (ulimit -v), or do less at once"));
    } catch (const std::exception& e) {
        return show(err, CommandError(exit_status::wrong_answer, e.what()));
    }
}

int show_help(const CommandLine& line, const std::string& program, Output& out) {
    out.write(line.command
                  ? help(program, *line.command, global_options(), line.long_help, out.terminal())
                  : overview(program, line.group, commands(), global_options(), out.terminal()));
    return exit_status::good;
}

int run_line(const CommandLine& line, const std::string& program, HandlerPtr self,
             const Environment& environment, Output& out, Output& err) {
    int status = exit_status::good;
    if (line.short_help || line.long_help) {
        status = show_help(line, program, out);
    } else if (line.version && line.command != &version_command) {
        out.write(version_line() + '\n');
    } else if (!line.command) {
        err.write(overview(program, {}, commands(), global_options(), err.terminal()));
        status = exit_status::usage;
    } else {
        change_directory(line.arguments);
        Invocation invocation{
            *line.command,   line.arguments,           out, err, environment, program,
            std::move(self), verbosity(line.arguments)};
        status = line.command->run(invocation);
    }
    out.flush();
    return status;
}

}  // namespace

bool is_command_line(int argc, char** argv) {
    if (argc < 2 || std::getenv("GATEWAY_INTERFACE")) return false;
    std::string_view first = argv[1];
    if (first == "-c") return false;
    if (first.starts_with('-')) return true;
    for (const Command* command : commands())
        if (command->name.substr(0, command->name.find(' ')) == first) return true;
    return !std::getenv("AWS_LAMBDA_RUNTIME_API");
}

bool listens(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        for (const Command* command : commands())
            if (command->listens && command->name == argv[i]) return true;
    return false;
}

int run(int argc, char** argv, HandlerPtr self) {
    os::occupy_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);
    const Environment environment = process_environment();
    const std::string program = argc > 0 ? argv[0] : "turngate";
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);

    Output plain(STDERR_FILENO, "standard error",
                 detect_terminal(STDERR_FILENO, early_color_choice(words), environment));
    return guarded(plain, [&] {
        CommandLine line = parse(
            words, commands(), global_options(), environment,
            [&](const Arguments& globals) { return load_configuration(globals, environment); });
        ColorChoice choice = color_choice(line.arguments, environment);
        Output out(STDOUT_FILENO, "standard output",
                   detect_terminal(STDOUT_FILENO, choice, environment));
        Output err(STDERR_FILENO, "standard error",
                   detect_terminal(STDERR_FILENO, choice, environment));
        return guarded(err, [&] {
            try {
                return run_line(line, program, std::move(self), environment, out, err);
            } catch (const CommandError&) {
                out.flush();  // what came before the error is still the answer
                throw;
            }
        });
    });
}

}  // namespace turngate::cli
