// The addresses of a server, for requests that cannot wait for a resolver as long as it takes.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <vector>

#include <turngate/handlers/server_address.h>

namespace turngate {

// Thread-safe.
class NameLookup {
  public:
    using Clock = std::chrono::steady_clock;
    using Addresses = std::shared_ptr<const std::vector<os::Address>>;

    explicit NameLookup(const ServerAddress& target);
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    // What to try, in this order. A name is looked up on a thread of its own, and asked for again
    // every few seconds, for which nobody waits. Throws Error if it has no address,
    // OverdueConnection if that is not known in time, HttpError(503) if there is no thread, and
    // Cancelled.
    Addresses addresses(Clock::time_point until, const std::stop_token& stop);

    // They were of no use: who comes next waits for new ones.
    void forget();

  private:
    struct State;

    // Shared with a thread that the resolver may hold for longer than this lives.
    const std::shared_ptr<State> state_;
};

}  // namespace turngate
