// A thread's own stack is home: a task begins from there, and suspended it leads back there.
#include "net/stack_pool.h"

#include <new>

namespace turngate::net {
namespace {

// More than that of those that nobody needs give their memory back.
constexpr std::size_t kept_whole = 64;

// Of the thread, which may be another one whenever a task goes on: so this may not become a part of
// its caller, for which it would stay the same.
[[gnu::noinline]] Stack& home() {
    thread_local Stack stack;
    return stack;
}

void nothing(void*, Stack&) {}

}  // namespace

StackPool::~StackPool() {
    is_over_ = true;
    home();
    for (const Place* place : free_)
        place->stack->enter(nothing, nullptr);
}

bool StackPool::is_in_task() noexcept {
    const Stack* const current = Stack::current();
    return current && current != &home();
}

void StackPool::run(void (*start)(void* argument), void* argument) {
    Place* const place = is_in_task() ? nullptr : take();
    if (!place) return start(argument);
    place->start = start;
    place->argument = argument;
    home();
    place->stack->enter(nothing, nullptr);
}

bool StackPool::suspend(bool (*publish)(void* argument, Stack& suspended), void* argument) {
    if (!is_in_task()) return false;
    struct Suspension {
        bool (*publish)(void* argument, Stack& suspended);
        void* argument;
    } suspension{publish, argument};
    home().enter(
        [](void* pointer, Stack& left) {
            // Once it is published it may go on, and the suspension with it.
            const Suspension its = *static_cast<Suspension*>(pointer);
            if (!its.publish(its.argument, left)) left.enter(nothing, nullptr);
        },
        &suspension);
    return true;
}

void StackPool::resume(Stack& suspended) {
    home();
    suspended.enter(nothing, nullptr);
}

std::size_t StackPool::tasks() const {
    const std::lock_guard lock(mutex_);
    return places_.size() - free_.size();
}

// Null if there is no memory.
StackPool::Place* StackPool::take() try {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
        Place* const place = free_.back();
        free_.pop_back();
        return place;
    }
    // First, so that to put it back needs no memory.
    free_.reserve(places_.size() + 1);
    auto place = std::make_unique<Place>();
    place->stack =
        std::make_unique<Stack>([this, to = place.get()]() -> Stack& { return run_tasks(*to); });
    places_.push_back(std::move(place));
    return places_.back().get();
} catch (const std::bad_alloc&) {
    return nullptr;
}

void StackPool::put_back(Place& place) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(&place);
    if (free_.size() > kept_whole) place.stack->trim();
}

// What a stack is for.
Stack& StackPool::run_tasks(Place& place) {
    struct Ended {
        StackPool& pool;
        Place& place;
    } ended{*this, place};
    for (;;) {
        place.start(place.argument);
        home().enter(
            [](void* argument, Stack&) {
                const Ended its = *static_cast<Ended*>(argument);
                its.pool.put_back(its.place);
            },
            &ended);
        if (is_over_) return home();
    }
}

}  // namespace turngate::net
