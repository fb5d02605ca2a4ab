// Stacks by Boost.Context, and what a thread's other belongings are there.
#include "net/stack.h"

#include <cstdint>
#include <cstring>
#include <cxxabi.h>
#include <pthread.h>
#include <sys/mman.h>
#include <utility>

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include <turngate/http/serve.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TURNGATE_HAS_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define TURNGATE_HAS_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TURNGATE_HAS_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define TURNGATE_HAS_TSAN 1
#endif

#if defined(TURNGATE_HAS_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(TURNGATE_HAS_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace turngate::net {
namespace {

using boost::context::fiber;
using boost::context::stack_context;

std::size_t thread_stack_size() {
    static const std::size_t size = [] {
        std::size_t out = 1u << 20;
        pthread_attr_t attributes;
        if (::pthread_attr_init(&attributes) != 0) return out;
        ::pthread_attr_getstacksize(&attributes, &out);
        ::pthread_attr_destroy(&attributes);
        return out;
    }();
    return size;
}

// What belongs to whoever runs on a stack, though the thread keeps it. Each access is a function of
// its own, for a compiler may take the place of such things for the same before and after a switch.
struct Belongings {
    // The caught exceptions and how many are in flight, as the C++ ABI for Itanium has them.
    struct Exceptions {
        void* caught;
        unsigned uncaught;
    };
    Exceptions exceptions{};
    const Context* context = nullptr;

    [[gnu::noinline]] void take() noexcept {
        std::memcpy(&exceptions, abi::__cxa_get_globals(), sizeof exceptions);
        context = current_context;
    }
    [[gnu::noinline]] void give() const noexcept {
        std::memcpy(abi::__cxa_get_globals(), &exceptions, sizeof exceptions);
        current_context = context;
    }
};

thread_local Stack* current_stack = nullptr;

[[gnu::noinline]] void become_current(Stack* stack) noexcept {
    current_stack = stack;
}

// What the sanitizers want to know of a stack, and be told at every switch.
struct Sanitized {
    const void* bottom = nullptr;  // its lowest address
    std::size_t size = 0;
    void* fake = nullptr;
    void* fiber = nullptr;

    void created([[maybe_unused]] bool is_of_thread) {
#if defined(TURNGATE_HAS_TSAN)
        fiber = is_of_thread ? __tsan_get_current_fiber() : __tsan_create_fiber(0);
#endif
    }
    void destroyed() const {
#if defined(TURNGATE_HAS_TSAN)
        __tsan_destroy_fiber(fiber);
#endif
    }
    // `left` is null if nobody comes back to it.
    void leave_for([[maybe_unused]] Sanitized* left) const {
#if defined(TURNGATE_HAS_ASAN)
        __sanitizer_start_switch_fiber(left ? &left->fake : nullptr, bottom, size);
#endif
#if defined(TURNGATE_HAS_TSAN)
        __tsan_switch_to_fiber(fiber, 0);
#endif
    }
    void arrive([[maybe_unused]] Sanitized* left) const {
#if defined(TURNGATE_HAS_ASAN)
        const void* its_bottom = nullptr;
        std::size_t its_size = 0;
        __sanitizer_finish_switch_fiber(fake, &its_bottom, &its_size);
        if (!left || left->size > 0) return;
        left->bottom = its_bottom;  // that of a thread tells no other way
        left->size = its_size;
#endif
    }
};

// The memory of a stack, of which notes are taken.
class Memory {
  public:
    explicit Memory(Sanitized& notes) : notes_(notes), memory_(thread_stack_size()) {}

    stack_context allocate() {
        const stack_context out = memory_.allocate();
        notes_.bottom = static_cast<const char*>(out.sp) - out.size;
        notes_.size = out.size;
        return out;
    }
    void deallocate(stack_context& stack) noexcept {
#if defined(TURNGATE_HAS_ASAN)
        __asan_unpoison_memory_region(notes_.bottom, notes_.size);
#endif
        memory_.deallocate(stack);
    }

  private:
    Sanitized& notes_;
    boost::context::protected_fixedsize_stack memory_;
};

}  // namespace

struct Stack::Implementation {
    // What is to be done on arrival.
    struct Arrival {
        Stack* from = nullptr;  // null: nobody goes back there
        Then then = nullptr;
        void* argument = nullptr;
    };

    fiber rest;  // what is left to do here; empty while a thread is on it
    Arrival arrival;
    Belongings belongings;
    Sanitized sanitized;
    const char* left_at = nullptr;  // about how far down it is in use
    Stack* before = nullptr;        // current() before this was made of a thread's
    bool is_of_thread = false;

    void arrive(Stack& self, fiber&& left) {
        become_current(&self);
        const Arrival now = arrival;
        sanitized.arrive(now.from ? &now.from->implementation_->sanitized : nullptr);
        belongings.give();
        if (!now.from) return;
        now.from->implementation_->rest = std::move(left);
        now.then(now.argument, *now.from);
    }

    fiber leave_for_good(Stack& next) {
        Implementation& its = *next.implementation_;
        its.arrival = {};
        its.sanitized.leave_for(nullptr);
        return std::move(its.rest);
    }
};

Stack::Stack() : implementation_(std::make_unique<Implementation>()) {
    implementation_->is_of_thread = true;
    implementation_->before = current();
    implementation_->sanitized.created(true);
    become_current(this);
}

Stack::Stack(std::function<Stack&()> body) : implementation_(std::make_unique<Implementation>()) {
    implementation_->sanitized.created(false);
    implementation_->rest = fiber(std::allocator_arg, Memory(implementation_->sanitized),
                                  [this, run = std::move(body)](fiber&& left) {
                                      implementation_->arrive(*this, std::move(left));
                                      Stack& next = run();
                                      return implementation_->leave_for_good(next);
                                  });
}

Stack::~Stack() {
    if (implementation_->is_of_thread)
        become_current(implementation_->before);
    else
        implementation_->sanitized.destroyed();
}

[[gnu::noinline]] Stack* Stack::current() noexcept {
    return current_stack;
}

void Stack::enter(Then then, void* argument) {
    Stack& mine = *current();
    Implementation& its = *implementation_;
    its.arrival = {&mine, then, argument};
    mine.implementation_->left_at = static_cast<const char*>(__builtin_frame_address(0));
    mine.implementation_->belongings.take();
    its.sanitized.leave_for(&mine.implementation_->sanitized);
    fiber left = std::move(its.rest).resume();
    mine.implementation_->arrive(mine, std::move(left));
}

void Stack::trim() noexcept {
    constexpr std::ptrdiff_t page = 4096;
    const Implementation& its = *implementation_;
    if (!its.left_at || !its.sanitized.bottom) return;
    // What enter() has put below is less than a page. The bottom is the beginning of one.
    const std::ptrdiff_t unused =
        its.left_at - static_cast<const char*>(its.sanitized.bottom) - page;
    if (unused >= page)
        ::madvise(const_cast<void*>(its.sanitized.bottom),
                  static_cast<std::size_t>(unused / page * page), MADV_DONTNEED);
}

}  // namespace turngate::net
