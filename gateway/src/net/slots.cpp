// Who runs a connection's session, and who leaves word.
#include "net/slots.h"

#include <new>
#include <thread>
#include <utility>

namespace turngate::net {
namespace {

constexpr unsigned index_shift = 32;
// Calls in a row until what they have left to do must be done.
constexpr int most_in_turn = 16;

std::size_t index_of(Slots::Key key) {
    return static_cast<std::size_t>((key & ~Slots::mark_bit) >> index_shift) - 1;
}

}  // namespace

Slots::Key Slots::key_of(std::size_t index, std::uint64_t number) const noexcept {
    return mark_ | (std::uint64_t{index + 1} << index_shift) | number;
}

Slots::~Slots() {
    for (auto& block : blocks_)
        delete block.load();
}

Slots::Slot& Slots::at(std::size_t index) const noexcept {
    return (*blocks_[index / block_size].load(std::memory_order_acquire))[index % block_size];
}

Slots::Key Slots::take() try {
    std::lock_guard lock(mutex_);
    if (free_.empty()) {
        if (count_ >= most_ || count_ >= blocks_.size() * block_size) return 0;
        if (count_ % block_size == 0) {
            free_.reserve(count_ + block_size);  // to give one back needs no memory
            blocks_[count_ / block_size] = new Block;
        }
        free_.push_back(count_++);
        ready_ = count_;
    }
    const std::size_t index = free_.back();
    free_.pop_back();
    used_.fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t number = (at(index).state.load() / generation + 1) & 0xFFFF'FFFFu;
    at(index).state = number * generation;
    return key_of(index, number);
} catch (const std::bad_alloc&) {
    return 0;
}

void Slots::begin(Key key, std::shared_ptr<Session> session) {
    Slot& slot = at(index_of(key));
    slot.session = std::move(session);
    slot.state.fetch_or(in_use | busy, std::memory_order_release);
}

void Slots::let_go(Key key, Ticks deadline, Caller caller) {
    run(index_of(key), {.deadline = deadline}, caller);
}

void Slots::give_back(Key key) {
    std::lock_guard lock(mutex_);
    free_.push_back(index_of(key));
    used_.fetch_sub(1, std::memory_order_relaxed);
}

void Slots::on_event(Key key, bool has_peer_ended, bool is_gone, bool is_express) {
    const std::size_t index = index_of(key);
    Slot& slot = at(index);
    std::uint64_t state = slot.state.load(std::memory_order_acquire);
    for (;;) {
        if ((state & in_use) == 0 || (state / generation & 0xFFFF'FFFFu) != (key & 0xFFFF'FFFFu))
            return;  // of a connection that has ended
        const bool is_busy = (state & busy) != 0;
        const State word = (is_busy ? more : busy) | (has_peer_ended ? peer_ended : 0);
        if (!slot.state.compare_exchange_weak(state, state | word, std::memory_order_acq_rel))
            continue;
        if (!is_busy) break;
        if (is_gone)
            tell(slot, state | word, &Session::peer_gone);
        else if (has_peer_ended)
            tell(slot, state | word, &Session::peer_ended);
        return;
    }
    run(index, slot.session->ready({has_peer_ended, is_express}),
        is_express ? Caller::express : Caller::worker);
}

// Does what the session wants, until it waits or is gone. The caller has set `busy`.
void Slots::run(std::size_t index, Step step, Caller caller) {
    Slot& slot = at(index);
    for (int turn = 1;; ++turn) {
        if (step.kind == Step::Kind::close) {
            finish(index);
            return conclude(std::move(step), caller);
        }
        if (step.successor) replace(slot, std::move(step.successor));
        slot.deadline.store(step.deadline, std::memory_order_relaxed);
        std::uint64_t state = slot.state.load(std::memory_order_relaxed);
        while ((state & more) == 0 &&
               !slot.state.compare_exchange_weak(state, state & ~busy, std::memory_order_acq_rel)) {
        }
        if ((state & more) == 0) return conclude(std::move(step), caller);
        if (caller == Caller::hurried || (step.afterwards && turn >= most_in_turn)) {
            state = slot.state.fetch_and(~(busy | more | peer_ended), std::memory_order_acq_rel);
            const Key key = key_of(index, state / generation & 0xFFFF'FFFFu);
            const bool has_peer_ended = (state & peer_ended) != 0;
            // Without memory the client is turned away, which needs little.
            if (!scheduler_.pass_on(key, has_peer_ended ? EPOLLIN | EPOLLRDHUP : EPOLLIN))
                on_event(key, has_peer_ended, false, true);
            return conclude(std::move(step), caller);
        }
        state = slot.state.fetch_and(~more, std::memory_order_acq_rel);
        Step before = std::move(step);
        step = slot.session->ready({(state & peer_ended) != 0, caller == Caller::express});
        if (!before.afterwards) continue;
        if (!step.afterwards) {
            step.afterwards = std::move(before.afterwards);
            step.is_urgent = before.is_urgent;
        } else if (before.is_urgent && step.is_urgent) {
            step.afterwards = [first = std::move(before.afterwards),
                               then = std::move(step.afterwards)]() mutable {
                first();
                then();
            };
        } else {
            conclude(std::move(before), Caller::hurried);  // neither waits for the other
        }
    }
}

// What is left to do may take its time, which only a worker has.
void Slots::conclude(Step&& step, Caller caller) {
    if (!step.afterwards) return;
    if (caller == Caller::worker || (caller == Caller::express && step.is_urgent))
        step.afterwards();
    else
        scheduler_.post([task = std::make_shared<Task>(std::move(step.afterwards))] { (*task)(); });
}

void Slots::finish(std::size_t index) {
    Slot& slot = at(index);
    std::uint64_t state = slot.state.load(std::memory_order_relaxed);
    do {
        state &= ~pinned;  // whoever has pinned it is done soon
    } while (!slot.state.compare_exchange_weak(state, state & ~(generation - 1),
                                               std::memory_order_acq_rel));
    slot.session.reset();
    std::lock_guard lock(mutex_);
    free_.push_back(index);
    used_.fetch_sub(1, std::memory_order_relaxed);
}

// Whoever has pinned the slot looks at the session that goes.
void Slots::replace(Slot& slot, std::shared_ptr<Session> session) {
    std::uint64_t state = slot.state.load(std::memory_order_relaxed);
    do {
        state &= ~pinned;
    } while (!slot.state.compare_exchange_weak(state, state | pinned, std::memory_order_acq_rel));
    slot.session.swap(session);
    slot.state.fetch_and(~pinned, std::memory_order_acq_rel);
}

// The session may be told from here while another thread runs it, as long as that cannot end.
void Slots::tell(Slot& slot, State state, void (Session::*what)() noexcept) {
    for (const std::uint64_t number = state / generation;;) {
        if ((state & in_use) == 0 || state / generation != number) return;
        if ((state & pinned) != 0) {
            std::this_thread::yield();
            state = slot.state.load(std::memory_order_acquire);
            continue;
        }
        if (slot.state.compare_exchange_weak(state, state | pinned, std::memory_order_acq_rel))
            break;
    }
    ((*slot.session).*what)();
    slot.state.fetch_and(~pinned, std::memory_order_acq_rel);
}

template <class F>
void Slots::for_each(F visit, std::size_t first, std::size_t step) {
    const std::size_t count = ready_.load(std::memory_order_acquire);
    for (std::size_t index = first; index < count; index += step)
        visit(index, at(index));
}

// False if it is at work, or is none.
bool Slots::begin_call(Slot& slot) {
    std::uint64_t state = slot.state.load(std::memory_order_acquire);
    if ((state & in_use) == 0 || (state & busy) != 0) return false;
    return slot.state.compare_exchange_strong(state, state | busy, std::memory_order_acq_rel);
}

void Slots::sweep(Ticks time, std::size_t parts) {
    const auto look = [&](std::size_t index, Slot& slot) {
        const State state = slot.state.load(std::memory_order_acquire);
        if ((state & (busy | peer_ended)) == (busy | peer_ended))
            return tell(slot, state, &Session::peer_ended);
        const Ticks deadline = slot.deadline.load(std::memory_order_relaxed);
        if (deadline == never || deadline > time) return;
        if (!begin_call(slot)) return;
        // Another thread may have been here since the deadline was read.
        const Ticks current = slot.deadline.load(std::memory_order_relaxed);
        const bool is_due = current != never && current <= time;
        run(index, is_due ? slot.session->expired() : Step{.deadline = current}, Caller::hurried);
    };
    for_each(look, swept_++ % parts, parts);
}

void Slots::stop_all() {
    for_each([&](std::size_t index, Slot& slot) {
        if (begin_call(slot)) run(index, slot.session->stopping(), Caller::hurried);
    });
}

void Slots::cancel_all() {
    for_each([&](std::size_t index, Slot& slot) {
        tell(slot, slot.state.load(std::memory_order_acquire), &Session::cancel);
        if (begin_call(slot)) run(index, slot.session->expired(), Caller::hurried);
    });
}

}  // namespace turngate::net
