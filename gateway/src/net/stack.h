// A stack that a thread runs on for a while: it is left where there is something to wait for, and
// any thread goes on with it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace turngate::net {

// What the C++ library and we keep for a thread moves along: the exceptions in flight and
// current_context. What anybody else keeps in thread_local variables does not, and a compiler takes
// the place of errno for the same all through a function: whoever leaves a stack may not use either
// before and after in one function.
class Stack {
  public:
    // Called on the stack that is entered once `left` may be entered again, by any thread.
    using Then = void (*)(void* argument, Stack& left);

    // The one that this thread is on already. This must end there, too.
    Stack();

    // A new one, as large as a thread's. `body` runs on it from the first enter(), and returns the
    // stack to go on with when it is done. Throws std::bad_alloc.
    explicit Stack(std::function<Stack&()> body);

    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    ~Stack();  // REQUIRES that its body has returned

    // The one that this thread is on; null on one that nobody has made a Stack of.
    static Stack* current() noexcept;

    // Leaves this thread's stack for this one. Returns when somebody enters that again, perhaps on
    // another thread. REQUIRES: there is a current() one, and nobody is on this one.
    void enter(Then then, void* argument);

    // Gives back the memory that is of no use as long as it is left. REQUIRES that it is.
    void trim() noexcept;

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace turngate::net
