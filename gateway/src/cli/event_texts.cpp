// The events that an operand means.
#include "cli/event_texts.h"

#include <algorithm>

#include "cli/error_message.h"
#include "cli/event_file.h"
#include "cli/exit_status.h"
#include "cli/input.h"
#include "cli/report_file.h"
#include "replay/golden_file.h"

namespace turngate::cli {

EventTexts::EventTexts(const std::string& operand)
    : source_({operand}, {.outputs = written_files({})}, -1, replay::Source::Reading::events) {}

bool EventTexts::next(std::string& name, std::string& text) {
    using Kind = replay::Item::Kind;
    while (source_.fill(batch_, 1)) {
        const replay::Item& item = batch_.items.front();
        name = display_name(std::string(batch_[item.name]));
        if (item.kind == Kind::skipped) continue;
        if (item.kind == Kind::problem)
            throw CommandError(exit_status::unreadable,
                               name + ": cannot be read: " + std::string(batch_[item.event]),
                               std::string(batch_[item.hint]));
        if (item.kind == Kind::file && !name.ends_with(".request.json")) refuse_companion(name);
        text = item.kind == Kind::file ? read_event_text(name) : std::string(batch_[item.event]);
        return true;
    }
    return false;
}

void refuse_companion(const std::string& name) {
    if (!replay::is_companion(name)) return;
    const auto [problem, hint] = replay::refuse_companion(name);
    throw CommandError(exit_status::unreadable, name + ": " + problem, hint);
}

int for_each_event(Invocation& invocation,
                   const std::function<void(const std::string& name, std::string_view text)>& use) {
    int status = exit_status::good;
    bool is_empty = true;
    for (const std::string& operand : invocation.arguments.operands()) {
        EventTexts events(operand);
        std::string name, text;
        for (bool more = true; more;) {
            try {
                more = events.next(name, text);
                if (!more) break;
                is_empty = false;
                use(name, text);
            } catch (const CommandError& e) {
                invocation.out.flush();
                status = std::max(status, show(invocation.err, e));
            }
        }
    }
    if (is_empty && status == exit_status::good)
        throw CommandError(exit_status::nothing_to_do, "no event was found",
                           "name files, or directories with *.json or *.ndjson files");
    return status;
}

}  // namespace turngate::cli
