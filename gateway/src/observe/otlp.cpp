// Sending spans in the background.
#include "observe/otlp.h"

#include <algorithm>

namespace turngate {
namespace {

constexpr int most_attempts = 3;

// OTLP/HTTP, "Retryable Response Codes"; no answer is as good as one of them.
bool may_pass(int status) noexcept {
    return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

SpanExporter::SpanExporter(const TraceSettings& settings, Send send,
                           std::function<void(const std::string&)> complain,
                           std::chrono::milliseconds flush)
    : settings_(settings),
      send_(std::move(send)),
      complain_(std::move(complain)),
      flush_(flush),
      thread_([this] { run(); }) {}

SpanExporter::~SpanExporter() {
    {
        std::unique_lock lock(mutex_);
        is_ending_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, flush_, [this] { return has_ended_; });
    }
    cancel_.request_stop();
    thread_.join();
}

void SpanExporter::add(Span span) noexcept try {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= settings_.most_queued) {
        ++dropped_;
        return;
    }
    queue_.push_back(std::move(span));
    if (queue_.size() == settings_.most_sent) changed_.notify_all();
} catch (...) {  // no memory
    ++dropped_;
}

void SpanExporter::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait_for(lock, settings_.delay,
                          [this] { return is_ending_ || queue_.size() >= settings_.most_sent; });
        while (!queue_.empty()) {
            const bool is_whole = queue_.size() >= settings_.most_sent;
            std::vector<Span> batch;
            const auto size =
                static_cast<std::ptrdiff_t>(std::min(queue_.size(), settings_.most_sent));
            std::move(queue_.begin(), queue_.begin() + size, std::back_inserter(batch));
            queue_.erase(queue_.begin(), queue_.begin() + size);
            lock.unlock();
            (send(batch) ? exported_ : dropped_) += batch.size();
            lock.lock();
            if (!is_whole && !is_ending_) break;  // what has come meanwhile waits for its turn
        }
        if (is_ending_ && queue_.empty()) break;
    }
    has_ended_ = true;
    changed_.notify_all();
}

bool SpanExporter::send(const std::vector<Span>& spans) {
    int status = 0;
    try {
        const std::string json = otlp_json(settings_.resource, spans);
        for (int attempt = 1; !cancel_.stop_requested(); ++attempt) {
            status = send_(json, cancel_.get_token());
            if (status >= 200 && status < 300) {
                has_complained_ = false;
                return true;
            }
            if (!may_pass(status) || attempt == most_attempts ||
                !pause(std::chrono::milliseconds(500) * attempt))
                break;
        }
    } catch (const std::exception&) {
        status = 0;
    }
    if (!std::exchange(has_complained_, true))
        complain_("traces cannot be sent to " + settings_.url + settings_.path + ": " +
                  (status == 0 ? "no answer" : "status " + std::to_string(status)));
    return false;
}

// False if we end instead.
bool SpanExporter::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return is_ending_; });
}

}  // namespace turngate
