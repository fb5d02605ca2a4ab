// The threads of a door: leader/followers on one epoll, as many as the handlers need.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <sys/epoll.h>
#include <thread>
#include <vector>

#include <turngate/os/fd.h>

namespace turngate::net {

// The thread that gets an event from the epoll deals with it on the spot, handler and all: a fast
// handler costs no hand-over, a slow one blocks its own thread alone. About one thread a core waits
// for events; a watching thread wakes or starts others when all are held up in handlers, and lets
// them go when they only compete for the cores (16 waiting threads on 2 cores cost 15 to 50 % more
// CPU a request than 2). As long as the cores are all in use, a thread fetches several events at
// once; what it has not begun with while a handler holds it up, others get. Past the bound on
// threads the watching thread takes the events itself, in express: it must not be held up.
class Scheduler {
  public:
    // What events are for. Called from all threads.
    class Target {
      public:
        virtual ~Target() = default;
        virtual void on_event(std::uint64_t key, std::uint32_t events, bool is_express) = 0;
        // From the watching thread, about as often as tick_length() says; 0: not at all.
        virtual void on_tick() = 0;
        virtual std::chrono::milliseconds tick_length() const = 0;
    };

    // As many threads more, each for one that is slow to read: see Aside.
    static constexpr std::size_t usual_aside = 1024;

    // `target` must outlive this. Throws std::system_error.
    Scheduler(Target& target, std::size_t max_threads, std::size_t max_aside = usual_aside);
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;
    ~Scheduler();

    // Events of the descriptors registered here are passed on with their data as key, which is
    // below reserved_key.
    int epoll() const noexcept { return epoll_.get(); }
    static constexpr std::uint64_t reserved_key = UINT64_MAX - 2;

    // Deals with events until finish(); this thread is the watching one. REQUIRES: called once.
    void run();

    // From any thread: run() returns when no thread is at work any more. Jobs of before are run.
    void finish() noexcept;

    // From any thread: `job` is run by one of the threads, soon; or here and now, if there is no
    // memory to keep it.
    void post(std::function<void()> job);

    // From any thread: `events` are dealt with by another one, as if they had come now. False, and
    // they are not, if there is no memory to keep them.
    [[nodiscard]] bool pass_on(std::uint64_t key, std::uint32_t events);

    // For a thread of this that deals with an event: `events` are dealt with behind those that it
    // has fetched beside that one, as if they were among them. False, and they are not, while
    // threads take one event at a time.
    [[nodiscard]] bool take_along(std::uint64_t key, std::uint32_t events) noexcept;

    // More than half of the threads that there may be are at work.
    bool is_crowded() const noexcept {
        const std::uint64_t waiting = load_.load() & waiting_mask;
        const std::size_t active = active_;
        return (active - std::min(active, aside())) * 2 > max_threads_ + 2 * waiting;
    }

    // As long as it lives its thread waits for a client, and if there may be more threads another
    // one is there for events.
    class Held {
      public:
        explicit Held(Scheduler& scheduler) : scheduler_(scheduler) {
            ++scheduler_.held_;
            scheduler_.stand_in();
        }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held() { --scheduler_.held_; }

      private:
        Scheduler& scheduler_;
    };

    // The same, and it waits for one that is slow to read: there may be a thread more for each of
    // `max_aside`, who then cost no more than a stack.
    class Aside {
      public:
        explicit Aside(Scheduler& scheduler) : count_(scheduler.aside_), held_(scheduler) {}

      private:
        struct Counted {
            explicit Counted(std::atomic<std::size_t>& its) : count(its) { ++count; }
            Counted(const Counted&) = delete;
            Counted& operator=(const Counted&) = delete;
            ~Counted() { --count; }
            std::atomic<std::size_t>& count;
        };

        const Counted count_;
        const Held held_;
    };

    // The watching thread looks at tick_length() again.
    void nudge();

  private:
    // A thread, as the watching one sees it.
    struct Worker {
        Worker() { taken.reserve(most_fetched); }

        std::mutex mutex;                // of those below
        std::vector<epoll_event> taken;  // that it has fetched and not begun with, the first last
        std::atomic<unsigned> begun{0};  // how many it has begun with
        bool has_taken = false;          // of the thread alone
        bool is_coming = true;           // likewise: it has been started or woken just now
        std::chrono::steady_clock::time_point fetched;  // likewise: when
        unsigned seen = 0;  // of these, when the watching thread looked last
    };
    struct Usage {
        std::chrono::nanoseconds cpu{};
        long switches = 0;  // of threads that went to sleep by themselves
        std::uint64_t progress = 0;
        std::chrono::steady_clock::time_point when;
    };

    std::size_t aside() const noexcept { return std::min(aside_.load(), max_aside_); }
    // Those that are at work or could be.
    std::size_t at_work() const noexcept {
        const std::size_t active = active_;
        return active - std::min(active, held_.load());
    }
    std::size_t most_threads() const noexcept { return max_threads_ + aside(); }
    // A thread waits for events, or is about to: in this order, for who arrives waits first.
    bool has_waiter() const noexcept { return coming_ != 0 || (load_.load() & waiting_mask) != 0; }
    void work(Worker& self);
    bool fetch(Worker& self, epoll_event& event);
    void hold(Worker& self) noexcept;
    bool take(Worker& self, epoll_event& event);
    void deal_with(const epoll_event& event);
    unsigned measure_queue();
    void rescue_taken();
    void hand_over(Worker& worker);
    void hand_over_own() noexcept;
    bool has_taken();
    void alert();
    bool park(Worker& self);
    bool is_surplus() noexcept;
    void start(std::size_t threads);
    void stand_in() noexcept;
    std::chrono::milliseconds look_length() const noexcept;
    void examine();
    void grow_if_held_up(const Usage& before, const Usage& after);
    void shrink_if_competing(const Usage& before, const Usage& after);
    void take_events_in_express();
    bool has_events() const;
    void run_a_job();
    std::function<void()> take_job();
    std::optional<epoll_event> take_passed_on();
    void ring() noexcept;
    static Usage usage(std::uint64_t progress);

    static thread_local Worker* current_;  // of the thread, if it is one of a scheduler

    static constexpr std::uint64_t jobs_key = reserved_key;
    static constexpr std::uint64_t end_key = reserved_key + 1;
    static constexpr std::uint64_t probe_key = reserved_key + 2;
    static constexpr std::uint64_t waiting_mask = 0xFFFF;
    static constexpr std::uint64_t one_done = 0x1'0000;
    static constexpr int most_fetched = 64;  // events at once, when that delays none of them

    Target& target_;
    const std::size_t max_threads_;
    const std::size_t max_aside_;
    const std::size_t cores_;
    os::Fd epoll_;
    os::Fd jobs_ready_;
    os::Fd probe_;
    os::WakeUp ended_;
    // How many threads wait for events, and above that how many events have been taken.
    std::atomic<std::uint64_t> load_{0};
    std::atomic<std::size_t> active_{0};   // threads that are not parked
    std::atomic<std::size_t> coming_{0};   // of them, those that have not had a core since
    std::atomic<std::size_t> held_{0};     // of them, those that wait for clients, ...
    std::atomic<std::size_t> aside_{0};    // ... and among those, for slow readers
    std::atomic<std::size_t> holders_{0};  // threads that have taken more than they have begun with
    std::atomic<std::size_t> surplus_{0};  // threads that are to park when they have finished
    std::atomic<bool> is_alert_{false};
    std::atomic<bool> is_probing_{false};  // an event of probe_ waits among the others
    std::atomic<bool> is_ending_{false};
    std::atomic<int> fetched_{1};  // events that a thread takes at once

    std::mutex mutex_;               // of all below
    std::condition_variable wake_;   // parked threads
    std::condition_variable watch_;  // the watching thread
    std::condition_variable thread_ended_;
    std::size_t parked_ = 0;
    std::size_t wanted_ = 0;  // parked threads that may go on
    std::size_t threads_ = 0;
    bool is_nudged_ = false;
    std::list<std::function<void()>> jobs_;
    std::deque<epoll_event> passed_on_;  // events that others were to deal with
    std::list<Worker> workers_;

    // Of the watching thread.
    Usage last_;
    bool has_no_more_ = false;  // threads, when it wanted one last
    unsigned quiet_ticks_ = 0;
    unsigned stuck_ticks_ = 0;
    unsigned probe_ticks_ = 0;
    unsigned busy_ticks_ = 0;
};

}  // namespace turngate::net
