// Whether new requests should come here: the back end answers, and nobody is stopping us.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace turngate {

// Asks the back end; returns why it is not ready, or nothing. May block for a while.
using BackendProbe = std::function<std::optional<std::string>()>;

// Tells why the back end cannot be asked, or an empty text: it can.
using BackendChanged = std::function<void(const std::string& obstacle)>;

// Asks by itself, from a thread of its own, so that whoever asks it never waits. Thread-safe.
class BackendReadiness {
  public:
    // Without a probe there is nothing to ask. `failed` is called at each failure.
    explicit BackendReadiness(BackendProbe probe = {},
                              std::chrono::milliseconds interval = std::chrono::milliseconds(1000),
                              std::function<void()> failed = {});
    ~BackendReadiness();
    BackendReadiness(const BackendReadiness&) = delete;
    BackendReadiness& operator=(const BackendReadiness&) = delete;

    // Why no request should come, as one clause; absent if they may.
    std::optional<std::string> obstacle() const;

    // For a back end that tells by itself. Those of a later call count, once they have told
    // anything: what they replace may end when it likes. Must not be called any more once this is
    // gone.
    BackendChanged listen();

    // From now on there is one.
    void drain() noexcept;

  private:
    void watch(const std::stop_token& end);

    const BackendProbe probe_;
    const std::chrono::milliseconds interval_;
    const std::function<void()> failed_;

    std::atomic<bool> draining_ = false;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<std::string> reason_;  // under mutex_
    unsigned listeners_ = 0;             // of the thread that calls listen() alone
    unsigned last_heard_ = 0;            // under mutex_
    std::jthread thread_;                // last: it ends before what it uses
};

// A probe that connects to what a target URI names: "http://host:port/...", "https://...",
// "http+unix:PATH:/...". Null for targets that are in this process or are started by it.
BackendProbe backend_probe(std::string_view target);

}  // namespace turngate
