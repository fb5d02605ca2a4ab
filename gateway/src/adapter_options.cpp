#include "adapter_options.h"

#include <string>

#include <turngate/handlers/status_range.h>

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

}  // namespace

events::AnswerOptions adapter_options(const ReadVariable& get) {
    events::AnswerOptions options;
    if (const Setting path = setting(get, "PASS_THROUGH_PATH"); !path.value.empty()) {
        if (!path.value.starts_with('/') ||
            path.value.find_first_of("?# \t\r\n") != std::string::npos)
            refuse(path, "a path such as /events");
        options.decode.routes = {{"", path.value}};
    }
    if (const Setting codes = setting(get, "ERROR_STATUS_CODES"); !codes.value.empty()) {
        const auto ranges = parse_status_ranges(codes.value);
        if (!ranges) refuse(codes, "status codes and ranges of them, as 500,502-504");
        for (const StatusRange& range : *ranges)
            options.error_statuses.push_back({range.first, range.last});
    }
    return options;
}

}  // namespace turngate
