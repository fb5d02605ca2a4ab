// How events are read and replies are written.
#include "cli/event_options.h"

#include <algorithm>
#include <string>

namespace turngate::cli {

bool is_absolute_path(std::string_view value) {
    return value.starts_with('/') && value.find_first_of("?# \t\r\n") == std::string_view::npos;
}

bool is_route(std::string_view value) {
    const auto equals = value.find('=');
    if (value.starts_with('/')) return is_absolute_path(value);
    return equals != std::string_view::npos && equals > 0 &&
           is_absolute_path(value.substr(equals + 1));
}

events::DecodeOptions decode_options(const Arguments& arguments) {
    events::DecodeOptions options;
    options.lenient = arguments.on("lenient");
    options.base_path = arguments.text("base-path");
    options.strip_stage = !arguments.on("keep-stage");
    options.websocket_path = arguments.text("websocket-path");
    options.client_is_last_forwarded = arguments.on("last-forwarded");
    options.context_header = arguments.on("context-header");
    for (const std::string& route : arguments.all("route")) {
        const auto equals = route.starts_with('/') ? std::string::npos : route.find('=');
        if (equals == std::string::npos)
            options.routes.push_back({"", route});
        else
            options.routes.push_back({route.substr(0, equals), route.substr(equals + 1)});
    }
    // The first that matches counts, so those of one source come before those of every source.
    std::stable_partition(options.routes.begin(), options.routes.end(),
                          [](const events::Route& route) { return !route.source.empty(); });
    return options;
}

events::AnswerOptions answer_options(const Arguments& arguments) {
    events::AnswerOptions options;
    options.decode = decode_options(arguments);
    options.encode.never_base64 = arguments.on("never-base64");
    options.split_batches = arguments.on("split-batches");
    options.answer_warmers = arguments.on("answer-warmers");
    return options;
}

}  // namespace turngate::cli
