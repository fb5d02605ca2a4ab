// The connections to one upstream: kept for the next request, and never more than so many.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "upstream_connection.h"
#include "upstream_target.h"
#include <turngate/handlers/upstream.h>

namespace turngate {

// Thread-safe.
class UpstreamPool {
  public:
    using Clock = UpstreamConnection::Clock;

    // Both must outlive the pool.
    UpstreamPool(const UpstreamOptions& options, const UpstreamTarget& target)
        : options_(options), target_(target) {
        idle_.reserve(options.max_idle);
    }

    // The right to one connection. Without keep() the connection is closed at the end.
    class Lease {
      public:
        Lease(Lease&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)),
              connection_(std::move(other.connection_)),
              is_kept_(other.is_kept_) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (pool_) pool_->release(is_kept_ ? std::move(connection_) : nullptr);
        }

        UpstreamConnection& operator*() const noexcept { return *connection_; }
        UpstreamConnection* operator->() const noexcept { return connection_.get(); }

        // The connection can carry another request.
        void keep() noexcept { is_kept_ = true; }

      private:
        friend class UpstreamPool;
        Lease(UpstreamPool& pool, std::unique_ptr<UpstreamConnection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}

        UpstreamPool* pool_;
        std::unique_ptr<UpstreamConnection> connection_;
        bool is_kept_ = false;
    };

    enum class Choice { any, certain, fresh };

    // Waits while there are too many. `certain`: one that is not known to be closed, by all that
    // the system knows. `fresh`: a connection of the pool has turned out to be closed, and so may
    // all of them: they are dropped and a new one is made. Throws HttpError(503) and (504),
    // ProtocolError, Cancelled.
    Lease take(Choice choice, Clock::time_point now, Clock::time_point until,
               const Context& context);

  private:
    std::unique_ptr<UpstreamConnection> admit(Choice choice, Clock::time_point now,
                                              Clock::time_point until, const std::stop_token& stop);
    std::unique_ptr<UpstreamConnection> take_idle(Clock::time_point now);
    std::unique_ptr<UpstreamConnection> last_idle(Clock::time_point now);
    std::unique_ptr<UpstreamConnection> connect(Clock::time_point until,
                                                const std::stop_token& stop) const;
    void drop_expired(Clock::time_point now);
    void release(std::unique_ptr<UpstreamConnection> connection) noexcept;

    const UpstreamOptions& options_;
    const UpstreamTarget& target_;
    std::mutex mutex_;
    std::condition_variable_any released_;
    std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // the longest idle first
    std::size_t leased_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace turngate
