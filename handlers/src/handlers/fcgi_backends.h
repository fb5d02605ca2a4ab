// The backends of one FastCGI client: which one gets a request, and which is left alone for now.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "upstream_pool.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/handlers/server_address.h>

namespace turngate {

class FcgiBackend {
  public:
    using Clock = UpstreamPool::Clock;

    // `text` is one of FcgiOptions::backends. Both throw Error naming the rule.
    FcgiBackend(std::string_view text, const FcgiOptions& options);
    static ServerAddress parse(std::string_view text);

    const std::string& name() const noexcept { return address_.text; }  // "fcgi:unix:/run/a.sock"
    UpstreamPool& pool() noexcept { return pool_; }

  private:
    friend class FcgiBackends;

    const ServerAddress address_;
    UpstreamPool pool_;

    std::atomic<bool> was_reached_ = false;  // ever

    // The rest under the mutex of FcgiBackends, and of use unless it is well.
    bool is_well_ = true;  // as far as is known
    Clock::time_point away_since_;
    Clock::time_point last_failure_;
    Clock::time_point next_try_;  // when one request finds out
    std::chrono::milliseconds pause_{0};
};

// Thread-safe.
class FcgiBackends {
  public:
    using Clock = FcgiBackend::Clock;
    static constexpr std::size_t most = 64;

    // One bit for each backend.
    using Set = std::uint64_t;

    // `options` must outlive this. Throws Error.
    explicit FcgiBackends(const FcgiOptions& options);

    // The least busy of those that are not in `tried`, into which it is put; those that fail come
    // last, each once in a while. Null if all have been tried.
    FcgiBackend* choose(Set& tried, Clock::time_point now);

    // What became of it. `failed` means that it could not be reached, or closed the connection.
    void worked(FcgiBackend& backend);
    void failed(FcgiBackend& backend, std::string_view why, Clock::time_point now);

    // True if one was reached once and is away for so short a time that it may just be started
    // again.
    bool may_come_back(Clock::time_point now) const;

    const std::vector<std::unique_ptr<FcgiBackend>>& all() const noexcept { return all_; }

  private:
    void log(Level level, const std::string& message) const;

    const FcgiOptions& options_;
    std::vector<std::unique_ptr<FcgiBackend>> all_;
    mutable std::mutex mutex_;
    std::size_t next_ = SIZE_MAX;  // with which the search begins, so that equals take turns
    std::atomic<bool> all_well_ = true;
};

}  // namespace turngate
