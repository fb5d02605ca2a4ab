// Probing the back end.
#include "observe/readiness.h"

#include <turngate/handlers/upstream.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

constexpr std::chrono::seconds patience{1};

}  // namespace

BackendReadiness::BackendReadiness(BackendProbe probe, std::chrono::milliseconds interval,
                                   std::function<void()> failed)
    : probe_(std::move(probe)), interval_(interval), failed_(std::move(failed)) {
    if (!probe_) return;
    reason_ = "the back end has not answered yet";
    thread_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

BackendReadiness::~BackendReadiness() = default;

void BackendReadiness::watch(const std::stop_token& end) {
    while (!end.stop_requested()) {
        std::optional<std::string> reason;
        try {
            reason = probe_();
        } catch (const std::exception& e) {
            reason = e.what();
        }
        if (reason && failed_) failed_();
        std::unique_lock lock(mutex_);
        reason_ = std::move(reason);
        changed_.wait_for(lock, end, interval_, [] { return false; });
    }
}

std::optional<std::string> BackendReadiness::obstacle() const {
    if (draining_.load()) return "stopping";
    const std::lock_guard lock(mutex_);
    return reason_;
}

BackendChanged BackendReadiness::listen() {
    return [this, own = ++listeners_](const std::string& obstacle) {
        const std::lock_guard lock(mutex_);
        if (own < last_heard_) return;
        last_heard_ = own;
        reason_ = obstacle.empty() ? std::nullopt : std::optional(obstacle);
    };
}

void BackendReadiness::drain() noexcept {
    draining_ = true;
}

BackendProbe backend_probe(std::string_view target) {
    const bool is_server = target.starts_with("http://") || target.starts_with("https://") ||
                           target.starts_with("http+unix:");
    if (!is_server) return {};
    return [url = std::string(target.substr(0, target.find('?')))]() -> std::optional<std::string> {
        try {
            reach_upstream(url, patience);
            return std::nullopt;
        } catch (const Error& e) {
            return std::string("the back end does not answer: ") + e.what();
        }
    };
}

}  // namespace turngate
