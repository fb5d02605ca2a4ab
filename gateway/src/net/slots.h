// The connections of a door: each has a place whose number stands in the epoll, and one thread at a
// time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "net/scheduler.h"
#include "net/session.h"

namespace turngate::net {

// Thread-safe. Events of a connection that has ended since are told by the generation in their key,
// so nothing has to wait for those that other threads have already been handed.
class Slots {
  public:
    using Key = std::uint64_t;

    // Who calls may run a handler, or must not be held up: then what comes is dealt with in
    // express, or left to `scheduler`.
    enum class Caller { worker, express, hurried };

    // Every key is above 32 bits, and below `mark_bit` but for `mark`, which is that bit where keys
    // are to differ from those of other slots on the same scheduler. `scheduler` must outlive the
    // calls below.
    static constexpr Key mark_bit = 1ull << 63;
    Slots(std::size_t most, Scheduler& scheduler, Key mark = 0)
        : most_(most), mark_(mark), scheduler_(scheduler) {}
    Slots(const Slots&) = delete;
    Slots& operator=(const Slots&) = delete;
    ~Slots();

    // A key for a new connection, whose session is set by begin(). Absent (zero) if all are taken,
    // or there is no memory for more.
    Key take();

    // From now on events are taken note of, but the session is not called before let_go(): the
    // caller puts its connection into the epoll meanwhile. REQUIRES: `key` is from take().
    void begin(Key key, std::shared_ptr<Session> session);
    void let_go(Key key, Ticks deadline, Caller caller);

    // Gives back what take() gave, unused.
    void give_back(Key key);

    // An event has come. `is_gone`: the connection is broken. Runs the session, unless another
    // thread does: then that one is left word.
    void on_event(Key key, bool peer_ended, bool is_gone, bool is_express);

    // Calls expired() of the sessions whose deadline has passed, and peer_ended() of those at work
    // whose client has ended its side. With several `parts` one of them, the next with each call:
    // a crowd that came together does not end in one moment, in which nobody else would be served.
    // REQUIRES: one thread calls it.
    void sweep(Ticks now, std::size_t parts = 1);

    // Calls stopping() of all that are idle. Those at work are to look for themselves, or are idle
    // when this is called again.
    void stop_all();

    // Calls cancel() of all, and expired() of those that are idle.
    void cancel_all();

    std::size_t size() const noexcept { return used_.load(std::memory_order_relaxed); }

  private:
    // Of Slot::state; above them the generation.
    using State = std::uint64_t;
    static constexpr State in_use = 1;
    static constexpr State busy = 2;        // one thread runs the session
    static constexpr State more = 4;        // an event came meanwhile
    static constexpr State peer_ended = 8;  // the last event told of the end of the client's side
    static constexpr State pinned = 16;  // another thread looks at the session: it may not go away
    static constexpr State generation = 256;

    struct Slot {
        std::atomic<State> state{0};
        std::atomic<Ticks> deadline{never};
        std::shared_ptr<Session> session;
    };
    static constexpr std::size_t block_size = 256;
    using Block = std::array<Slot, block_size>;

    Key key_of(std::size_t index, std::uint64_t number) const noexcept;
    Slot& at(std::size_t index) const noexcept;
    template <class F>
    void for_each(F visit, std::size_t first = 0, std::size_t step = 1);
    bool begin_call(Slot& slot);
    void run(std::size_t index, Step step, Caller caller);
    void finish(std::size_t index);
    void conclude(Step&& step, Caller caller);
    void replace(Slot& slot, std::shared_ptr<Session> session);
    void tell(Slot& slot, State state, void (Session::*what)() noexcept);

    const std::size_t most_;
    const Key mark_;
    Scheduler& scheduler_;
    std::mutex mutex_;
    std::vector<std::size_t> free_;  // under mutex_
    std::size_t swept_ = 0;          // parts, of whoever sweeps
    std::size_t count_ = 0;          // of slots that there are; under mutex_
    std::atomic<std::size_t> used_{0};
    std::atomic<std::size_t> ready_{0};  // slots that for_each() may look at
    // Blocks are never moved or freed while threads run.
    std::array<std::atomic<Block*>, 4096> blocks_{};
};

}  // namespace turngate::net
