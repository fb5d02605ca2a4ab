// The commands of this program. To add one: define its table beside its code, declare it here and
// name it in command_table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/option.h"

namespace turngate::cli {

extern const Command accept_command;
extern const Command bench_command;
extern const Command completion_command;
extern const Command doctor_command;
extern const Command event_check_command;
extern const Command event_convert_command;
extern const Command event_list_command;
extern const Command event_new_command;
extern const Command event_redact_command;
extern const Command event_show_command;
extern const Command front_command;
extern const Command help_command;
extern const Command host_lambda_command;
extern const Command host_open_runtimes_command;
extern const Command host_openedge_command;
extern const Command host_impuls_command;
extern const Command host_vercel_command;
extern const Command invoke_command;
extern const Command listen_command;
extern const Command man_command;
extern const Command package_command;
extern const Command record_command;
extern const Command reject_command;
extern const Command replay_command;
extern const Command review_command;
extern const Command run_command;
extern const Command schema_command;
extern const Command serve_command;
extern const Command version_command;

// In the order of help.
std::span<const Command* const> commands();

// -C, --config, -x, -q, -v, --color, --log-format, --log-level, -h, -V: accepted before and after
// the command.
std::span<const Option> global_options();

// "TURNGATE_REPLAY_JOBS" for ("replay", "jobs"); a global option has no command.
std::string environment_name(std::string_view command, std::string_view option);

// The variables that say what an option says: "TURNGATE_SERVE_PORT, PORT"; empty if none does.
std::string variable_names(std::string_view command, const Option& option);

}  // namespace turngate::cli
