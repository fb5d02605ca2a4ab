// Names and texts are those of aws-lambda-runtime-interface-emulator, internal/lambda/rapi/handler.
#include "host/extensions.h"

#include <algorithm>
#include <utility>

#include "fresh_ids.h"

namespace turngate::host {
namespace {

constexpr std::size_t most_extensions = 10;

}  // namespace

void Extensions::expect(std::string name) {
    all_.push_back({.name = std::move(name), .is_external = true});
}

std::optional<RuntimeRefusal> Extensions::enlist(Registration registration, bool is_open,
                                                 std::string& identifier) {
    const auto refused = [](std::string_view type, std::string message) {
        return RuntimeRefusal{403, type, std::move(message)};
    };
    const std::string& name = registration.name;
    if (name.empty()) return refused("Extension.InvalidExtensionName", "Empty extension name");
    auto known = std::find_if(all_.begin(), all_.end(),
                              [&](const Extension& one) { return one.name == name; });
    const bool is_external = known != all_.end() && known->is_external;
    for (const std::string& event : registration.events) {
        if (event == "SHUTDOWN" && !is_external)
            return refused("Extension.InvalidEventType",
                           "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension");
        if (event != "INVOKE" && event != "SHUTDOWN")
            return refused("Extension.InvalidEventType", event + ": ErrorInvalidEventType");
    }
    if (is_external && known->state != State::started) return not_allowed(*known, "Registered");
    if (!is_external) {
        if (!is_open)
            return refused("Extension.RegistrationClosed", "Extension registration closed already");
        if (known != all_.end())
            return refused("Extension.InvalidExtensionState",
                           "Extension with this name already registered");
        if (all_.size() >= most_extensions)
            return refused("Extension.TooManyExtensions", "Extension limit (10) reached");
        known = all_.insert(all_.end(), {.name = name});
    }
    const auto hears = [&](std::string_view event) {
        return std::find(registration.events.begin(), registration.events.end(), event) !=
               registration.events.end();
    };
    known->identifier = identifier = fresh_uuid();
    known->hears_invoke = hears("INVOKE");
    known->hears_shutdown = hears("SHUTDOWN");
    known->state = State::registered;
    return std::nullopt;
}

std::optional<RuntimeRefusal> Extensions::ask(std::string_view identifier, const Notice& notice) {
    Extension* const one = find(identifier);
    if (!one) return unknown(identifier);
    if (one->state == State::init_error || one->state == State::exit_error)
        return not_allowed(*one, "Ready");
    one->state = State::ready;
    if (one->waiting) one->waiting->signal();  // the call before is over
    one->waiting = &notice;
    return std::nullopt;
}

ExtensionEvent Extensions::take(std::string_view identifier, const Notice& notice) {
    Extension* const one = find(identifier);
    if (!one || one->waiting != &notice || one->next.kind == ExtensionEvent::Kind::none) return {};
    one->state = State::running;
    return std::exchange(one->next, {});
}

bool Extensions::waits(std::string_view identifier, const Notice& notice) const noexcept {
    const Extension* const one = find(identifier);
    return one && one->waiting == &notice;
}

void Extensions::leave(std::string_view identifier, const Notice& notice) {
    if (Extension* const one = find(identifier); one && one->waiting == &notice)
        one->waiting = nullptr;
}

std::optional<RuntimeRefusal> Extensions::fail(std::string_view identifier, std::string_view call) {
    Extension* const one = find(identifier);
    if (!one) return unknown(identifier);
    const bool is_init = call == "InitError";
    if (one->state == State::init_error && is_init) return std::nullopt;  // the first one counts
    if (is_init ? one->state != State::registered : one->state == State::exit_error)
        return not_allowed(*one, is_init ? call : "Exited");
    one->state = is_init ? State::init_error : State::exit_error;
    return std::nullopt;
}

void Extensions::invoke(const std::string& event) {
    for (Extension& one : all_)
        if (one.hears_invoke) tell(one, ExtensionEvent::Kind::invoke, event);
}

void Extensions::shut_down(const std::string& event) {
    for (Extension& one : all_)
        if (one.hears_shutdown) tell(one, ExtensionEvent::Kind::shutdown, event);
}

void Extensions::release() noexcept {
    for (const Extension& one : all_)
        if (one.waiting) one.waiting->signal();
    all_.clear();
}

bool Extensions::are_ready() const noexcept {
    return std::all_of(all_.begin(), all_.end(), [](const Extension& one) {
        // An internal one without events is there for SIGTERM alone, and may never ask.
        const bool needs_no_event = !one.is_external && !one.hears_invoke;
        return (one.state == State::ready && one.next.kind == ExtensionEvent::Kind::none) ||
               (needs_no_event && one.state == State::registered);
    });
}

bool Extensions::wants_shutdown(std::string_view name) const noexcept {
    return std::any_of(all_.begin(), all_.end(), [&](const Extension& one) {
        return one.is_external && one.name == name && one.hears_shutdown;
    });
}

const Extensions::Extension* Extensions::find(std::string_view identifier) const noexcept {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Extension& one) {
        return !one.identifier.empty() && one.identifier == identifier;
    });
    return found == all_.end() ? nullptr : &*found;
}

RuntimeRefusal Extensions::not_allowed(const Extension& extension, std::string_view next) {
    constexpr std::string_view names[] = {"Started", "Registered", "Ready",
                                          "Running", "InitError",  "ExitError"};
    return {403, "Extension.InvalidExtensionState",
            "State transition from " + std::string(names[static_cast<int>(extension.state)]) +
                " to " + std::string(next) + " failed for extension " + extension.name +
                ". Error: State transition is not allowed"};
}

RuntimeRefusal Extensions::unknown(std::string_view identifier) {
    return {403, "Extension.UnknownExtensionIdentifier",
            "Unknown extension " + std::string(identifier)};
}

void Extensions::tell(Extension& extension, ExtensionEvent::Kind kind, const std::string& event) {
    extension.next = {kind, event};
    if (extension.waiting) extension.waiting->signal();
}

}  // namespace turngate::host
