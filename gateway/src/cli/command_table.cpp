// The commands of the turngate program and of programs that are linked with it.
#include "cli/commands.h"

namespace turngate::cli {
namespace {

// clang-format off
constexpr const Command* all[] = {
    &run_command,
    &serve_command,
    &front_command,
    &record_command,
    &replay_command,
    &review_command,
    &accept_command,
    &reject_command,
    &bench_command,
    &invoke_command,
    &event_new_command,
    &event_convert_command,
    &event_show_command,
    &event_check_command,
    &event_redact_command,
    &event_list_command,
    &doctor_command,
    &host_vercel_command,
    &host_lambda_command,
    &host_open_runtimes_command,
    &listen_command,
    &host_openedge_command,
    &host_impuls_command,
    &package_command,
    &schema_command,
    &completion_command,
    &man_command,
    &version_command,
    &help_command,
};
// clang-format on

}  // namespace

std::span<const Command* const> commands() {
    return all;
}

}  // namespace turngate::cli
