// The stacks that the threads of a scheduler run on, and leave.
#include <new>
#include <utility>

#include "net/scheduler.h"

namespace turngate::net {
namespace {

// More than that of those that nobody needs give their memory back.
constexpr std::size_t kept_whole = 64;

}  // namespace

// That of the thread, which may be another one after each call that deals with an event; so this
// may not become a part of its caller.
[[gnu::noinline]] Scheduler::Worker*& Scheduler::this_worker() noexcept {
    thread_local Worker* worker = nullptr;
    return worker;
}

bool Scheduler::is_worker() const noexcept {
    const Worker* const worker = this_worker();
    return worker && &worker->scheduler == this;
}

// Returns when the thread is not needed any more.
void Scheduler::begin_thread(Worker& self, Stack& stack) {
    Stack own;
    self.own = &own;
    this_worker() = &self;
    stack.enter([](void*, Stack&) {}, nullptr);
    this_worker() = nullptr;
}

// What a stack is for.
Stack& Scheduler::run_on_stack() {
    for (;;) {
        if (!are_stacks_over_) work();
        Stack& own = *this_worker()->own;
        if (are_stacks_over_) return own;
        own.enter([](void* self, Stack& left) { static_cast<Scheduler*>(self)->put_back(left); },
                  this);
    }
}

Stack& Scheduler::take_stack() {
    const std::lock_guard lock(stacks_mutex_);
    if (!free_stacks_.empty()) {
        Stack& stack = *free_stacks_.back();
        free_stacks_.pop_back();
        return stack;
    }
    // First, so that to put it back needs no memory.
    free_stacks_.reserve(stacks_.size() + 1);
    stacks_.push_back(std::make_unique<Stack>([this]() -> Stack& { return run_on_stack(); }));
    return *stacks_.back();
}

void Scheduler::put_back(Stack& stack) noexcept {
    const std::lock_guard lock(stacks_mutex_);
    free_stacks_.push_back(&stack);
    if (free_stacks_.size() > kept_whole) stack.trim();
}

bool Scheduler::suspend(bool (*publish)(void* argument, Stack& suspended), void* argument) {
    struct Suspension {
        Scheduler& scheduler;
        bool (*publish)(void* argument, Stack& suspended);
        void* argument;
    };
    if (!is_worker()) return false;
    try {
        Suspension suspension{*this, publish, argument};
        take_stack().enter(
            [](void* pointer, Stack& left) {
                // Once it is published, it may go on, and the suspension with it.
                const Suspension its = *static_cast<Suspension*>(pointer);
                if (!its.publish(its.argument, left)) its.scheduler.resume(left);
            },
            &suspension);
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

void Scheduler::resume(Stack& suspended) {
    if (!is_worker()) return post([this, &suspended] { resume(suspended); });
    suspended.enter([](void* self, Stack& left) { static_cast<Scheduler*>(self)->put_back(left); },
                    this);
}

// REQUIRES that nothing is suspended, and no thread at work.
void Scheduler::end_stacks() {
    are_stacks_over_ = true;
    Worker last(*this);
    Stack own;
    last.own = &own;
    Worker* const before = std::exchange(this_worker(), &last);
    for (Stack* stack : free_stacks_)
        stack->enter([](void*, Stack&) {}, nullptr);
    this_worker() = before;
}

}  // namespace turngate::net
