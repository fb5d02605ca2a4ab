#include "cli/event_file.h"

#include "cli/exit_status.h"
#include "cli/input.h"
#include "replay/printable.h"
#include "replay/reading_hint.h"
#include <turngate/events/make_event.h>

namespace turngate::cli {

std::string display_name(const std::string& path) {
    return path == "-" || path.starts_with("-:") ? "standard input" + path.substr(1) : path;
}

events::Event decode_event(std::string_view json, const std::string& path,
                           const events::DecodeOptions& options, Output& err) {
    try {
        events::Event event = events::decode(json, options);
        for (const std::string& repair : event.repairs)
            err.write("note: " + replay::printable(display_name(path)) + ": " +
                      replay::printable(repair) + '\n');
        return event;
    } catch (const Error& e) {
        throw CommandError(exit_status::unreadable, display_name(path) + ": " + e.what(),
                           std::string(replay::event_hint(json, options)));
    }
}

events::Event read_event(const std::string& path, const events::DecodeOptions& options,
                         Output& err) {
    return decode_event(read_event_text(path), path, options, err);
}

std::string request_path(const std::string& event_path) {
    constexpr std::string_view ending = ".json";
    const bool has_ending = event_path.ends_with(ending);
    return event_path.substr(0, event_path.size() - (has_ending ? ending.size() : 0)) +
           ".request.json";
}

std::string request_text(Request& request) {
    return events::make_event(request, events::Format::http) + '\n';
}

}  // namespace turngate::cli
