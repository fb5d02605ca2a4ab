#include "cli/strict_options.h"

#include "cli/exit_status.h"
#include "replay/limits.h"
#include "strict/platform.h"
#include <turngate/http/headers.h>

namespace turngate::cli {

std::vector<std::string_view> strict_platforms() {
    return strict::platform_names();
}

bool is_media_range(std::string_view value) {
    const auto slash = value.find('/');
    return slash != std::string_view::npos && is_token(value.substr(0, slash)) &&
           is_token(value.substr(slash + 1));
}

void add_checks(const Arguments& arguments, replay::JudgeOptions& judge) {
    for (const std::string& expression : arguments.all("filter")) {
        try {
            judge.filter.add(expression);
        } catch (const replay::BadFilter& e) {
            throw CommandError(exit_status::usage, std::string("--filter ") + e.what(), e.hint());
        }
    }
    if (arguments.given("strict")) {
        judge.held_to = strict::platform_named(arguments.text("strict"));
        judge.answer.decode.max_size = replay::strict_event_limit;  // so that a rule refuses it
    }
    judge.binary_types = arguments.all("binary-type");
    if (!judge.binary_types.empty() && judge.held_to != strict::Platform::apigw_v1)
        throw CommandError(exit_status::usage,
                           "--binary-type is for REST APIs, and --strict does not name one",
                           "give --strict apigw-v1 with it");
}

}  // namespace turngate::cli
