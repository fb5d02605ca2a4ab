#include "host/async_queue.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "fresh_ids.h"

namespace turngate::host {
namespace {

constexpr std::size_t most_bytes = 256u << 20;

// Before an event that was throttled is tried again.
constexpr std::chrono::seconds throttled_delay{1};

constexpr auto is_later = [](const auto& a, const auto& b) { return a.due > b.due; };

}  // namespace

AsyncQueue::AsyncQueue(LambdaFunction& function, ExecutionLog& log, AsyncOptions options)
    : function_(function),
      log_(log),
      options_(std::move(options)),
      dead_letters_(options_.dead_letters) {}

bool AsyncQueue::push(InvokeCall call) {
    {
        const std::lock_guard lock(mutex_);
        if (size_ + call.event.size() > most_bytes) return false;
        size_ += call.event.size();
    }
    put({.call = std::move(call), .due = Clock::now()});
    return true;
}

void AsyncQueue::put(Item item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    std::push_heap(items_.begin(), items_.end(), is_later);
    if (idle_ == 0 && workers_.size() < options_.workers && !is_stopping_)
        workers_.emplace_back([this] { work(); });
    changed_.notify_one();
}

void AsyncQueue::work() {
    while (std::optional<Item> item = take()) {
        const std::size_t size = item->call.event.size();
        if (!deliver(*item)) {
            put(std::move(*item));
            continue;
        }
        const std::lock_guard lock(mutex_);
        size_ -= size;
    }
}

// What is due; absent once the queue stops.
std::optional<AsyncQueue::Item> AsyncQueue::take() {
    std::unique_lock lock(mutex_);
    ++idle_;
    while (!is_stopping_ && (items_.empty() || items_.front().due > Clock::now())) {
        if (items_.empty())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, items_.front().due);
    }
    --idle_;
    if (is_stopping_) return std::nullopt;
    std::pop_heap(items_.begin(), items_.end(), is_later);
    Item item = std::move(items_.back());
    items_.pop_back();
    return item;
}

// True once the event is dealt with; else it is to be tried again when it is due.
bool AsyncQueue::deliver(Item& item) {
    LambdaFunction::Call call(function_,
                              {.id = item.call.id,
                               .event = item.call.event,
                               .trace_id = fresh_trace(),
                               .client_context = item.call.client_context,
                               .tenant_id = item.call.tenant_id},
                              nullptr);
    if (call.is_throttled()) {
        item.due = Clock::now() + throttled_delay;
        return false;
    }
    call.wait(Clock::time_point::max());
    const InvocationResult& result = call.invocation().result();
    if (result.error_type.empty()) return true;
    ++item.attempts;
    item.due = Clock::now() + options_.delay * item.attempts;
    if (is_stopping() || item.attempts <= options_.retries) return false;
    give_up(item, "RetriesExhausted", &result);
    return true;
}

bool AsyncQueue::is_stopping() const {
    const std::lock_guard lock(mutex_);
    return is_stopping_;
}

void AsyncQueue::give_up(const Item& item, std::string_view condition,
                         const InvocationResult* result) {
    const DeadLetter letter{item.call, function_.arn(), condition, item.attempts, result};
    std::string text = "request " + item.call.id + " could not be delivered, ";
    try {
        const std::lock_guard lock(mutex_);
        text += dead_letters_.add(letter) ? "and is among the dead letters"
                                          : "and is lost: there is no --dead-letters";
    } catch (const std::system_error& e) {
        text += std::string("nor written to the dead letters: ") + e.what() + '\n' +
                dead_letter_text(letter);
    }
    log_.breach(text);
}

void AsyncQueue::stop() noexcept {
    std::vector<std::thread> workers;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        workers.swap(workers_);
    }
    changed_.notify_all();
    function_.stop();
    for (std::thread& worker : workers)
        worker.join();
    for (const Item& item : std::exchange(items_, {}))
        give_up(item, "HostStopped", nullptr);
}

}  // namespace turngate::host
