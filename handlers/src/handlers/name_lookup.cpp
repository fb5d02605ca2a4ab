// getaddrinfo() cannot be interrupted, so only a thread that nobody has to wait for calls it.
#include "name_lookup.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include <turngate/handlers/reply_errors.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

constexpr std::chrono::seconds fresh_for{5};

}  // namespace

struct NameLookup::State {
    explicit State(const ServerAddress& server) : target(server) {}

    void look_up();

    const ServerAddress target;
    std::mutex mutex;  // of the rest
    std::condition_variable_any changed;
    Addresses known;                                           // null: none
    Clock::time_point fresh_until = Clock::time_point::min();  // then they are asked for again
    std::string problem;                                       // of the last answer, if it has none
    std::size_t answers = 0;
    bool is_asked = false;
};

void NameLookup::State::look_up() {
    Addresses found;
    std::string why_not;
    try {
        found = std::make_shared<const std::vector<os::Address>>(target.addresses());
    } catch (const std::exception& e) {
        why_not = e.what();
    }
    const std::lock_guard lock(mutex);
    if (found) {
        known = std::move(found);
        fresh_until = Clock::now() + fresh_for;
    }
    problem = std::move(why_not);
    is_asked = false;
    ++answers;
    changed.notify_all();
}

NameLookup::NameLookup(const ServerAddress& target) : state_(std::make_shared<State>(target)) {
    if (target.is_name()) return;
    state_->look_up();
    state_->fresh_until = Clock::time_point::max();
}

NameLookup::Addresses NameLookup::addresses(Clock::time_point until, const std::stop_token& stop) {
    State& state = *state_;
    std::unique_lock lock(state.mutex);
    if (!state.is_asked && state.fresh_until <= Clock::now()) {
        try {
            std::thread([shared = state_] { shared->look_up(); }).detach();
            state.is_asked = true;
        } catch (const std::system_error& e) {
            if (!state.known)
                throw HttpError(503, state.target.text +
                                         ": there is no thread to look the name up: " + e.what());
        }
    }
    if (state.known) return state.known;
    const bool is_answered = state.changed.wait_until(
        lock, stop, until,
        [&state, before = state.answers] { return state.known || state.answers != before; });
    if (state.known) return state.known;
    if (is_answered) throw Error(state.problem);
    if (stop.stop_requested())
        throw Cancelled("the request was cancelled, waiting for the address of the server");
    throw OverdueConnection(state.target.text + ": the name was not looked up in time");
}

void NameLookup::forget() {
    const std::lock_guard lock(state_->mutex);
    if (!state_->target.is_name()) return;
    state_->known.reset();
    state_->fresh_until = Clock::time_point::min();
}

}  // namespace turngate
