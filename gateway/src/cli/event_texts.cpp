// The events that an operand means.
#include "cli/event_texts.h"

#include <algorithm>

#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/input.h"

namespace turngate::cli {

EventTexts::EventTexts(const std::string& operand)
    : source_({operand}, {}, -1, replay::Source::Reading::events) {}

bool EventTexts::next(std::string& name, std::string& text) {
    using Kind = replay::Item::Kind;
    while (source_.fill(batch_, 1)) {
        const replay::Item& item = batch_.items.front();
        name = batch_[item.name];
        if (name == "-" || name.starts_with("-:")) name.replace(0, 1, "standard input");
        if (item.kind == Kind::skipped) continue;
        if (item.kind == Kind::problem)
            throw CommandError(exit_status::unreadable,
                               name + ": cannot be read: " + std::string(batch_[item.event]),
                               "check the name; paths are relative to the current directory");
        text = item.kind == Kind::file ? read_event_text(name) : std::string(batch_[item.event]);
        return true;
    }
    return false;
}

int for_each_event(Invocation& invocation,
                   const std::function<void(const std::string& name, std::string_view text)>& use) {
    int status = exit_status::good;
    for (const std::string& operand : invocation.arguments.operands()) {
        EventTexts events(operand);
        std::string name, text;
        for (bool more = true; more;) {
            try {
                more = events.next(name, text);
                if (more) use(name, text);
            } catch (const CommandError& e) {
                invocation.out.flush();
                status = std::max(status, show(invocation.err, e));
            }
        }
    }
    return status;
}

}  // namespace turngate::cli
