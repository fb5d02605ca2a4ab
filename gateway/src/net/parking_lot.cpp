// A watched descriptor has a slot as a connection has, whose session wakes who waits.
#include "net/parking_lot.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

#include "net/stack.h"

namespace turngate::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most = 1u << 20;

// Of a slot's deadline: with every look of the watching thread.
constexpr Ticks always = 1;

}  // namespace

struct ParkingLot::Board {
    Board(Scheduler& its, StackPool& tasks)
        : scheduler(its), stacks(tasks), slots(most, its, key_bit) {}

    // As long as the lot is there.
    Scheduler& scheduler;
    StackPool& stacks;
    Slots slots;
    std::atomic<std::size_t> waiting{0};
    std::atomic<bool> is_open{true};
};

// Two threads at most are at it: the one that waits, or is about to, and the one that has an event
// or finds the time up.
class ParkingLot::Spot final : public Session {
  public:
    Spot(std::shared_ptr<Board> board, int fd) : board_(std::move(board)), fd_(fd) {}

    // False if the time was up first.
    bool wait(Clock::time_point until) {
        if (has_ended_) return true;
        State news = State::news;
        if (state_.compare_exchange_strong(news, State::quiet)) return true;
        until_ = ticks(until);
        if (until_ <= now()) return false;
        is_late_ = false;
        if (!board_->stacks.suspend(publish, this)) return wait_here(until);
        return !is_late_;
    }

    bool has_news() const noexcept { return has_ended_ || state_ == State::news; }
    void close() noexcept { is_closed_ = true; }

    Step ready(const Occasion& occasion) override {
        if (is_closed_) return {.kind = Step::Kind::close};
        // What came before the end may hide it: it is told once, so it is kept in mind.
        if (occasion.peer_ended) has_ended_ = true;
        return wake(false, occasion.is_express);
    }
    Step expired() override {
        if (is_closed_) return {.kind = Step::Kind::close};
        // Who waits is woken by nobody else meanwhile, so it is his time; that of one who is about
        // to may not be set yet.
        if (state_ != State::waiting || now() < until_) return {.deadline = always};
        return wake(true, false);
    }
    Step stopping() override { return {.deadline = always}; }
    void cancel() noexcept override {}
    void peer_ended() noexcept override {}

  private:
    enum class State { quiet, news, waiting };

    // On another stack: this one may go on from the moment that it is waiting.
    static bool publish(void* self, Stack& suspended) {
        Spot& spot = *static_cast<Spot*>(self);
        const std::shared_ptr<Board> board = spot.board_;
        spot.suspended_ = &suspended;
        ++board->waiting;
        State quiet = State::quiet;
        if (spot.state_.compare_exchange_strong(quiet, State::waiting)) return true;
        --board->waiting;
        spot.state_ = State::quiet;
        return false;
    }

    Step wake(bool is_late, bool is_express) {
        State state = state_;
        while (!state_.compare_exchange_weak(
            state, state == State::waiting ? State::quiet : State::news)) {
        }
        if (state != State::waiting) return {.deadline = always};
        is_late_ = is_late;
        --board_->waiting;
        auto resume = [&stacks = board_->stacks, to = suspended_] { stacks.resume(*to); };
        Step step{.deadline = always};
        if (is_express)
            board_->scheduler.post(resume);
        else
            step.afterwards = resume;
        return step;
    }

    bool wait_here(Clock::time_point until) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        pollfd events = {fd_, POLLIN, 0};
        const auto ms = std::clamp<std::int64_t>(left.count(), 0, INT_MAX);
        return ::poll(&events, 1, static_cast<int>(ms)) != 0;
    }

    const std::shared_ptr<Board> board_;
    const int fd_;
    std::atomic<State> state_{State::quiet};
    std::atomic<bool> has_ended_{false};
    std::atomic<bool> is_closed_{false};
    std::atomic<Ticks> until_{never};
    // Of whoever changes the state from or to `waiting`.
    Stack* suspended_ = nullptr;
    bool is_late_ = false;
};

ParkingLot::ParkingLot(Scheduler& scheduler, StackPool& stacks)
    : board_(std::make_shared<Board>(scheduler, stacks)) {}
ParkingLot::~ParkingLot() {
    board_->is_open = false;
}

std::unique_ptr<Watch> ParkingLot::watch(int fd) {
    // The slot has the spot as long as this is there; the descriptor leaves the epoll when it is
    // closed.
    class Handle final : public Watch {
      public:
        Handle(std::shared_ptr<Board> board, Slots::Key key, std::shared_ptr<Spot> spot)
            : board_(std::move(board)), key_(key), spot_(std::move(spot)) {}
        ~Handle() override {
            spot_->close();
            board_->slots.on_event(key_, false, false, false);
        }
        bool wait(Clock::time_point until) override { return spot_->wait(until); }
        bool has_news() const noexcept override { return spot_->has_news(); }
        bool is_live() const noexcept override { return board_->is_open; }

      private:
        const std::shared_ptr<Board> board_;
        const Slots::Key key_;
        const std::shared_ptr<Spot> spot_;
    };
    const Slots::Key key = board_->slots.take();
    if (key == 0) throw std::system_error(EMFILE, std::generic_category(), "too many descriptors");
    const auto spot = std::make_shared<Spot>(board_, fd);
    board_->slots.begin(key, spot);
    auto handle = std::make_unique<Handle>(board_, key, spot);
    board_->slots.let_go(key, always, Slots::Caller::worker);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
    event.data.u64 = key;
    const int epoll = board_->scheduler.epoll();
    // One that was watched before is still there, under a key that nobody listens to.
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 &&
        (errno != EEXIST || ::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0))
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    return handle;
}

void ParkingLot::on_event(Slots::Key key, bool peer_ended, bool is_express) {
    board_->slots.on_event(key, peer_ended, false, is_express);
}

void ParkingLot::sweep(Ticks now, std::size_t parts) {
    board_->slots.sweep(now, parts);
}

std::size_t ParkingLot::waiting() const noexcept {
    return board_->waiting;
}

}  // namespace turngate::net
