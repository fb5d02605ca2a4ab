// Tasks that a thread can leave where they wait for something, for any thread to go on with.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "net/stack.h"

namespace turngate::net {

// Each task has a stack of its own, which is used again when it has ended. Threads keep theirs for
// everything else. Thread-safe.
class StackPool {
  public:
    StackPool() = default;
    StackPool(const StackPool&) = delete;
    StackPool& operator=(const StackPool&) = delete;
    ~StackPool();  // REQUIRES that every task has ended

    // Runs `task`, which throws nothing. Returns when it has ended or is suspended, and moves it
    // away first. Where there is no memory for one more stack, or the caller is such a task itself,
    // it is run on the caller's stack.
    template <class F>
    void run(F task) {
        const auto start = [](void* argument) {
            F mine = std::move(*static_cast<F*>(argument));
            mine();
        };
        run(start, &task);
    }

    // Suspends the task that calls. `publish` is called once that can be resumed, and returns false
    // if it is to go on at once. Returns false, and nothing has happened, if the caller is none.
    bool suspend(bool (*publish)(void* argument, Stack& suspended), void* argument);

    // Goes on with a suspended task on this thread, until it has ended or is suspended again.
    // REQUIRES that the caller is none.
    void resume(Stack& suspended);

    // Tasks that have begun and not ended, those that are suspended as well.
    std::size_t tasks() const;

    // True in a task, as long as nothing is run on the caller's stack.
    static bool is_in_task() noexcept;

  private:
    struct Place {
        void (*start)(void* argument) = nullptr;
        void* argument = nullptr;
        std::unique_ptr<Stack> stack;
    };

    void run(void (*start)(void* argument), void* argument);
    Place* take();
    void put_back(Place& place) noexcept;
    Stack& run_tasks(Place& place);

    mutable std::mutex mutex_;  // of the two below
    std::vector<std::unique_ptr<Place>> places_;
    std::vector<Place*> free_;
    bool is_over_ = false;
};

}  // namespace turngate::net
