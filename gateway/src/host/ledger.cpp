// Requests end twice: for their client by the answer, for the platform by the frame `end`.
#include "host/ledger.h"

#include <algorithm>
#include <iterator>

#include "fresh_ids.h"
#include "replay/quantity.h"

namespace turngate::host {
namespace {

using Kind = Line::Kind;
using Type = IpcMessage::Type;

// A function that nobody waits for is kept awake until its requests have ended.
constexpr std::chrono::seconds long_enough{30};

// Of a function that never tells of an end the late ones would be ever more.
constexpr std::size_t most_late = 10'000;

std::string milliseconds(Ledger::Clock::duration time) {
    return replay::fixed(std::chrono::duration<double, std::milli>(time).count(), 1) + " ms";
}

std::string fetch_text(const FetchMetric& metric) {
    std::string text = metric.method + ' ' + metric.host + metric.path;
    if (!metric.search.empty()) text += '?' + metric.search;
    text += metric.status == 0 ? " without an answer" : " -> " + std::to_string(metric.status);
    return text + "  " + std::to_string(metric.duration.count()) + " ms";
}

std::string log_text(const IpcMessage& message) {
    std::string text = message.origin + "  " + message.text;
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

}  // namespace

IpcContext Ledger::begin(std::string_view method, std::string_view target) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t id = ++requests_;
    const Entry& entry =
        open_.emplace(id, Entry{.begun = Clock::now(), .invocation_id = fresh_uuid()})
            .first->second;
    tell(Kind::request, id, std::string(method) + ' ' + std::string(target));
    return {entry.invocation_id, id};
}

void Ledger::passed_on(const IpcContext& context) {
    const std::lock_guard lock(mutex_);
    if (const auto found = open_.find(context.request_id); found != open_.end())
        found->second.is_passed_on = true;
}

void Ledger::answered(const IpcContext& context, int status, std::uint64_t bytes,
                      std::string_view problem) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(context.request_id);
    if (found == open_.end()) return;
    Entry& entry = found->second;
    entry.answered = Clock::now();
    std::string text = std::to_string(status) + "  " + milliseconds(*entry.answered - entry.begun);
    if (status != 101) text += "  " + std::to_string(bytes) + " bytes";
    if (!problem.empty()) text.append("  ").append(problem);
    tell(Kind::answer, context.request_id, std::move(text));
    settle(context.request_id);
}

void Ledger::refused(const IpcContext& context, int status, std::string_view problem) {
    const std::lock_guard lock(mutex_);
    open_.erase(context.request_id);
    tell(Kind::answer, context.request_id, std::to_string(status) + "  " + std::string(problem));
}

void Ledger::starting() {
    const std::lock_guard lock(mutex_);
    has_started_ = false;
}

void Ledger::take(const IpcMessage& message) {
    const std::lock_guard lock(mutex_);
    if (message.type == Type::unrecoverable_error)
        return tell(Kind::lifecycle, 0,
                    "unrecoverable error, exit code " + std::to_string(message.exit_code) + ": " +
                        message.text);
    if (message.type == Type::server_started) {
        if (std::exchange(has_started_, true)) return tell_breach(0, "a second server-started");
        return tell(Kind::lifecycle, 0,
                    "started: port " + std::to_string(message.port) + ", initialised in " +
                        std::to_string(message.init_ms) + " ms");
    }
    if (!has_started_) return tell_breach(0, "a frame came before server-started");
    if (message.type == Type::end) return take_end(message);
    const bool may_be_outside = message.type == Type::log || message.type == Type::metric;
    std::uint64_t request = 0;
    if (!may_be_outside || !message.context.is_outside()) {
        // Logs of a request may come behind its end, which then is not remembered.
        const bool may_be_late = message.type == Type::log && message.context.request_id > 0 &&
                                 message.context.request_id <= requests_;
        if (!may_be_late && !find(message.context, "a frame")) return;
        request = message.context.request_id;
    }
    if (message.type == Type::log) tell(Kind::log, request, log_text(message));
    if (message.type == Type::metric) tell(Kind::fetch, request, fetch_text(message.metric));
}

void Ledger::take_end(const IpcMessage& message) {
    Entry* entry = find(message.context, "end");
    if (!entry) return;
    const std::uint64_t request = message.context.request_id;
    if (entry->ended) return tell_breach(request, "it has ended twice");
    entry->ended = Clock::now();
    std::string text = milliseconds(*entry->ended - entry->begun);
    if (entry->answered)
        text += ", " + milliseconds(*entry->ended - *entry->answered) + " behind the answer";
    if (message.error) text += "  error: " + *message.error;
    tell(Kind::end, request, std::move(text));
    settle(request);
}

void Ledger::finished() {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : open_) {
        if (entry.ended || !entry.is_passed_on) continue;
        if (!entry.is_late) tell_breach(id, "it never ended: the function has gone");
        entry.ended = Clock::now();
    }
    std::erase_if(open_, [](const auto& entry) { return entry.second.answered.has_value(); });
}

void Ledger::say(Kind kind, std::string text) {
    const std::lock_guard lock(mutex_);
    tell(kind, 0, std::move(text));
}

void Ledger::breach(std::string text, std::uint64_t request) {
    const std::lock_guard lock(mutex_);
    tell_breach(request, std::move(text));
}

void Ledger::look(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : open_) {
        if (entry.is_late || entry.ended || !entry.answered) continue;
        if (now - *entry.answered < long_enough) continue;
        entry.is_late = true;
        tell_breach(id, "it was answered " + std::to_string(long_enough.count()) +
                            " s ago and has not ended");
    }
    for (auto one = open_.begin(); open_.size() > most_late && one != open_.end();)
        one = one->second.is_late ? open_.erase(one) : std::next(one);
}

std::uint64_t Ledger::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::uint64_t Ledger::breaches() const {
    const std::lock_guard lock(mutex_);
    return breaches_;
}

void Ledger::tell(Kind kind, std::uint64_t request, std::string text) {
    tell_({kind, request, std::move(text)});
}

void Ledger::tell_breach(std::uint64_t request, std::string text) {
    ++breaches_;
    tell(Kind::breach, request, std::move(text));
}

// Null, and told, if there is no such request.
Ledger::Entry* Ledger::find(const IpcContext& context, std::string_view what) {
    const auto found = open_.find(context.request_id);
    if (found != open_.end() && found->second.is_passed_on &&
        found->second.invocation_id == context.invocation_id)
        return &found->second;
    const bool was_there = context.request_id > 0 && context.request_id <= requests_;
    tell_breach(was_there ? context.request_id : 0,
                std::string(what) + " is of invocation \"" + context.invocation_id +
                    "\", request " + std::to_string(context.request_id) +
                    (was_there ? ", which has ended, or is another" : ", which there is not"));
    return nullptr;
}

void Ledger::settle(std::uint64_t request) {
    const auto found = open_.find(request);
    if (found->second.answered && found->second.ended) open_.erase(found);
}

}  // namespace turngate::host
