#include "adapter_options.h"

#include <string>

#include <turngate/handlers/status_range.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

// Which of the names for one thing is set, and what it says.
struct Setting {
    std::string name = {};
    std::string value = {};
};

Setting setting(const ReadVariable& get, const std::string& what) {
    for (const std::string& name : {"TURNGATE_" + what, "AWS_LWA_" + what})
        if (const std::string value = get(name).value_or(""); !value.empty()) return {name, value};
    return {};
}

[[noreturn]] void refuse(const Setting& wrong, const char* expected) {
    throw Error(wrong.name + '=' + wrong.value + " is wrong: expected " + expected);
}

// Empty if there is none.
std::string path_of(Setting path, const char* example) {
    if (!path.value.empty() && (!path.value.starts_with('/') ||
                                path.value.find_first_of("?# \t\r\n") != std::string::npos))
        refuse(path, example);
    return std::move(path.value);
}

std::string path_setting(const ReadVariable& get, const std::string& what, const char* example) {
    return path_of(setting(get, what), example);
}

// What the command line has options for, by their names.
void read_own(const ReadVariable& get, events::AnswerOptions& options) {
    events::DecodeOptions& decode = options.decode;
    decode.lenient = is_on(get, "TURNGATE_LENIENT");
    decode.strip_stage = !is_on(get, "TURNGATE_KEEP_STAGE");
    decode.client_is_last_forwarded = is_on(get, "TURNGATE_LAST_FORWARDED");
    const auto path = [&](const std::string& name, const char* example) {
        return path_of({name, get(name).value_or("")}, example);
    };
    decode.base_path = path("TURNGATE_BASE_PATH", "a path such as /orders");
    if (std::string prefix = path("TURNGATE_WEBSOCKET_PATH", "a path such as /websocket");
        !prefix.empty())
        decode.websocket_path = std::move(prefix);
    options.split_batches = is_on(get, "TURNGATE_SPLIT_BATCHES");
    options.answer_warmers = is_on(get, "TURNGATE_ANSWER_WARMERS");
    options.encode.never_base64 = is_on(get, "TURNGATE_NEVER_BASE64");
    options.encode.reverse_multi_values = is_on(get, "TURNGATE_REVERSE_MULTI_VALUES");
}

}  // namespace

events::AnswerOptions adapter_options(const ReadVariable& get) {
    events::AnswerOptions options;
    read_own(get, options);
    if (std::string path = path_setting(get, "PASS_THROUGH_PATH", "a path such as /events");
        !path.empty())
        options.decode.routes = {{"", std::move(path)}};
    if (const Setting codes = setting(get, "ERROR_STATUS_CODES"); !codes.value.empty()) {
        const auto ranges = parse_status_ranges(codes.value);
        if (!ranges) refuse(codes, "status codes and ranges of them, as 500,502-504");
        for (const StatusRange& range : *ranges)
            options.error_statuses.push_back({range.first, range.last});
    }
    return options;
}

LambdaOptions lambda_adapter_options(const ReadVariable& get) {
    LambdaOptions options{.answer = adapter_options(get)};
    const Setting mode = setting(get, "INVOKE_MODE");
    options.streams = iequals(mode.value, "response_stream");
    if (!mode.value.empty() && !options.streams && !iequals(mode.value, "buffered"))
        refuse(mode, "buffered or response_stream");
    options.before_checkpoint_path =
        path_setting(get, "SNAPSTART_BEFORE_CHECKPOINT_PATH", "a path such as /checkpoint");
    options.after_restore_path =
        path_setting(get, "SNAPSTART_AFTER_RESTORE_PATH", "a path such as /restored");
    return options;
}

}  // namespace turngate
