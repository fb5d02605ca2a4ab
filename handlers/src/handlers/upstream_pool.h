// The connections to one server: kept for the next request, and never more than so many.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "name_lookup.h"
#include "tls.h"
#include "upstream_connection.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/handlers/server_address.h>
#include <turngate/http/context.h>
#include <turngate/http/error.h>

namespace turngate {

// 503 or 504: all connections there may be are in use.
class BusyUpstream : public HttpError {
  public:
    using HttpError::HttpError;
};

// 503 or 504: the server takes no more connections now, and did not in time.
class FullUpstream : public HttpError {
  public:
    using HttpError::HttpError;
};

struct PoolLimits {
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds keep_alive;  // of a connection that waits for a request
    std::size_t max_connections;           // at once; a request past that waits
    std::size_t max_waiting;
    std::size_t max_idle;
    std::size_t max_requests = SIZE_MAX;  // of one connection
};

// Thread-safe.
class UpstreamPool {
  public:
    using Clock = UpstreamConnection::Clock;

    // `target` must outlive the pool. Connections are encrypted by `tls` if that is not null.
    UpstreamPool(const PoolLimits& limits, const ServerAddress& target,
                 std::shared_ptr<TlsClient> tls = nullptr)
        : limits_(limits), target_(target), tls_(std::move(tls)), lookup_(target) {
        idle_.reserve(limits.max_idle);
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

    // Waits while there are too many, until `queue_until` at most, which is a 503. `certain`: one
    // that is not known to be closed, by all that the system knows. `fresh`: a connection of the
    // pool has turned out to be closed, and so may all of them: they are dropped and a new one is
    // made. Throws BusyUpstream, FullUpstream and others of HttpError(503) and (504),
    // OverdueConnection, UnreachableUpstream, Cancelled.
    Lease take(Choice choice, Clock::time_point now, Clock::time_point until,
               const Context& context, Clock::time_point queue_until = Clock::time_point::max());

    // Requests that have a connection, or wait for one.
    std::size_t load() const;

    // Closes the connections that have waited too long for a request.
    void expire(Clock::time_point now);

  private:
    std::unique_ptr<UpstreamConnection> admit(Choice choice, Clock::time_point now,
                                              Clock::time_point until,
                                              Clock::time_point queue_until,
                                              const std::stop_token& stop);
    std::unique_ptr<UpstreamConnection> take_idle(Clock::time_point now);
    std::unique_ptr<UpstreamConnection> last_idle(Clock::time_point now);
    std::unique_ptr<UpstreamConnection> connect(Clock::time_point until,
                                                const std::stop_token& stop);
    std::unique_ptr<UpstreamConnection> open(os::Fd fd, Clock::time_point until,
                                             const std::stop_token& stop) const;
    void drop_expired(Clock::time_point now);
    void release(std::unique_ptr<UpstreamConnection> connection) noexcept;

    const PoolLimits limits_;
    const ServerAddress& target_;
    const std::shared_ptr<TlsClient> tls_;
    NameLookup lookup_;
    mutable std::mutex mutex_;
    std::condition_variable_any released_;
    std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // the longest idle first
    std::size_t leased_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace turngate
