#include "fcgi_backends.h"

#include <algorithm>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/url.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{100}, longest_pause{30'000};
constexpr std::string_view expected = "expected unix:PATH or HOST:PORT";

PoolLimits pool_limits(const FcgiOptions& options) {
    return {.connect_timeout = options.connect_timeout,
            .keep_alive = options.keep_alive,
            .max_connections = options.max_connections,
            .max_waiting = options.max_waiting,
            .max_idle = options.keep,
            .max_requests = options.keep_requests};
}

}  // namespace

ServerAddress FcgiBackend::parse(std::string_view text) {
    constexpr std::string_view local = "unix:";
    ServerAddress out;
    out.text = "fcgi:" + std::string(text);
    const auto refuse = [&](std::string_view rule) {
        return Error("\"" + out.text + "\" is no FastCGI backend: " + std::string(rule));
    };
    if (text.starts_with(local)) {
        if (const char* rule = out.set_socket(std::string(text.substr(local.size()))))
            throw refuse(rule);
        return out;
    }
    const std::size_t colon = text.rfind(':');
    const bool has_port = colon != text.npos && text.find(']', colon) == text.npos;
    if (!has_port || !is_host(text)) throw refuse(expected);
    if (const char* rule = out.set_authority(text)) throw refuse(rule);
    return out;
}

FcgiBackend::FcgiBackend(std::string_view text, const FcgiOptions& options)
    : address_(parse(text)), pool_(pool_limits(options), address_) {}

FcgiBackends::FcgiBackends(const FcgiOptions& options) : options_(options) {
    if (options.backends.empty() || options.backends.size() > most)
        throw Error("a FastCGI client has 1 to " + std::to_string(most) + " backends, not " +
                    std::to_string(options.backends.size()) + ": " + std::string(expected));
    for (const std::string& text : options.backends)
        all_.push_back(std::make_unique<FcgiBackend>(text, options));
}

FcgiBackend* FcgiBackends::choose(Set& tried, Clock::time_point now) {
    if (all_.size() == 1) return std::exchange(tried, 1) == 0 ? all_.front().get() : nullptr;
    const std::lock_guard lock(mutex_);
    if (tried == 0) ++next_;  // once a request, or as many tries as backends meet the same again
    const std::size_t first = next_ % all_.size();
    std::size_t best = most;
    std::pair<Clock::time_point, std::size_t>
        best_rank;  // when it may be tried, and how busy it is
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const std::size_t at = (first + i) % all_.size();
        FcgiBackend& one = *all_[at];
        if ((tried >> at & 1) != 0) continue;
        const bool is_usable = one.is_well_ || one.next_try_ <= now;
        const std::pair rank(is_usable ? Clock::time_point::min() : one.next_try_,
                             one.pool_.load());
        if (best != most && !(rank < best_rank)) continue;
        best = at;
        best_rank = rank;
    }
    if (best == most) return nullptr;
    tried |= Set{1} << best;
    FcgiBackend& chosen = *all_[best];
    // One request finds out whether it works again; the others go elsewhere meanwhile.
    if (!chosen.is_well_) chosen.next_try_ = now + std::max(chosen.pause_, first_pause);
    return &chosen;
}

void FcgiBackends::worked(FcgiBackend& backend) {
    if (!backend.was_reached_) backend.was_reached_ = true;
    if (all_well_) return;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(backend.is_well_, true)) return;
        backend.pause_ = milliseconds(0);
        all_well_ =
            std::all_of(all_.begin(), all_.end(), [](const auto& one) { return one->is_well_; });
    }
    log(Level::info, backend.name() + ": works again");
}

void FcgiBackends::failed(FcgiBackend& backend, std::string_view why, Clock::time_point now) {
    milliseconds pause;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(backend.is_well_, false))
            backend.away_since_ = now;
        else if (now < backend.last_failure_ + backend.pause_)
            return;  // one of many requests that met with the same
        all_well_ = false;
        backend.last_failure_ = now;
        backend.pause_ = std::clamp(2 * backend.pause_, first_pause, longest_pause);
        backend.next_try_ = now + backend.pause_;
        pause = backend.pause_;
    }
    const std::string rest =
        all_.size() == 1 ? std::string()
                         : "; others get its requests for " + std::to_string(pause.count()) + " ms";
    log(Level::warn, std::string(why) + rest);
}

bool FcgiBackends::may_come_back(Clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(all_.begin(), all_.end(), [&](const auto& one) {
        return one->was_reached_ &&
               (one->is_well_ || now < one->away_since_ + options_.restart_patience);
    });
}

void FcgiBackends::log(Level level, const std::string& message) const {
    if (options_.log) options_.log(level, message);
}

}  // namespace turngate
