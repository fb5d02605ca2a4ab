// Which request a thread serves, for code that may go on on another thread.
#pragma once

#include <turngate/http/context.h>

namespace turngate {

// Makes `next` the current_context of this thread, and returns the one before. Not a part of its
// callers: a handler may return on another thread than it was called on, and a compiler takes the
// place of a thread's variable for the same all through a function, as those for arm64 do.
[[gnu::noinline]] const Context* exchange_current_context(const Context* next) noexcept;

}  // namespace turngate
