// The extensions of one instance, as the Extensions API knows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/notice.h"
#include "host/runtime_refusal.h"

namespace turngate::host {

// What an extension is told, as it is found by event/next.
struct ExtensionEvent {
    enum class Kind { none, invoke, shutdown };

    Kind kind = Kind::none;
    std::string body = {};  // JSON
};

// External ones are programs of their own, expected by name; internal ones are threads of the
// runtime, which register as long as it starts. A value; for one thread at a time.
class Extensions {
  public:
    struct Registration {
        std::string name;
        std::vector<std::string> events;
    };

    // External extensions of these names are started with the instance.
    void expect(std::string name);

    // The identifier of the new one. `is_open`: the runtime has not asked for an event yet.
    std::optional<RuntimeRefusal> enlist(Registration registration, bool is_open,
                                         std::string& identifier);

    // It asks for an event, and waits by `notice`, which may be replaced by another call of it.
    std::optional<RuntimeRefusal> ask(std::string_view identifier, const Notice& notice);
    // What it has not been told yet; none while it is to wait.
    ExtensionEvent take(std::string_view identifier, const Notice& notice);
    // False if another call of it waits in its place, or it has gone.
    bool waits(std::string_view identifier, const Notice& notice) const noexcept;
    // It waits no more by `notice`.
    void leave(std::string_view identifier, const Notice& notice);

    // It cannot go on: `call` is "InitError" or "ExitError".
    std::optional<RuntimeRefusal> fail(std::string_view identifier, std::string_view call);

    // An invocation begins, which those who want to know are told.
    void invoke(const std::string& event);
    // The instance ends, which external ones that want to know are told.
    void shut_down(const std::string& event);

    // The instance has gone: nobody need wait any longer.
    void release() noexcept;

    // Each is registered and waits for an event; one that has no events to hear of need not wait.
    bool are_ready() const noexcept;

    bool empty() const noexcept { return all_.empty(); }
    bool wants_shutdown(std::string_view name) const noexcept;

  private:
    enum class State { started, registered, ready, running, init_error, exit_error };
    struct Extension {
        std::string identifier = {};
        std::string name;
        bool is_external = false;
        bool hears_invoke = false;
        bool hears_shutdown = false;
        State state = State::started;
        ExtensionEvent next = {};
        const Notice* waiting = nullptr;
    };

    const Extension* find(std::string_view identifier) const noexcept;
    Extension* find(std::string_view identifier) noexcept {
        return const_cast<Extension*>(std::as_const(*this).find(identifier));
    }
    static RuntimeRefusal not_allowed(const Extension& extension, std::string_view next);
    static RuntimeRefusal unknown(std::string_view identifier);
    static void tell(Extension& extension, ExtensionEvent::Kind kind, const std::string& event);

    std::vector<Extension> all_;
};

}  // namespace turngate::host
