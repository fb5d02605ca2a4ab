// What is to be done later, once: a function that is moved, and needs no memory of its own if it is
// as small as two shared pointers and a word.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace turngate::net {

// Empty until a function is put in, and after it has been moved from. One of std::function would
// allocate for each request, for it must be able to copy what it holds.
class Task {
  public:
    Task() = default;
    template <std::invocable F>
    requires(!std::same_as<std::remove_cvref_t<F>, Task>) Task(F&& function) {
        using Function = std::remove_cvref_t<F>;
        if constexpr (fits<Function>) {
            ::new (static_cast<void*>(place_)) Function(std::forward<F>(function));
            kind_ = &inside<Function>;
        } else {
            ::new (static_cast<void*>(place_))
                Outside<Function>(std::make_unique<Function>(std::forward<F>(function)));
            kind_ = &inside<Outside<Function>>;
        }
    }
    Task(Task&& other) noexcept { take(other); }
    Task& operator=(Task&& other) noexcept {
        if (this == &other) return *this;
        clear();
        take(other);
        return *this;
    }
    ~Task() { clear(); }

    explicit operator bool() const noexcept { return kind_ != nullptr; }

    // REQUIRES: it is not empty.
    void operator()() { kind_->call(place_); }

  private:
    struct Kind {
        void (*call)(void* function);
        void (*move)(void* from, void* to) noexcept;  // and destroys what is left of the first
        void (*destroy)(void* function) noexcept;
    };

    template <class F>
    struct Outside {
        explicit Outside(std::unique_ptr<F> pointer) : function(std::move(pointer)) {}
        void operator()() { (*function)(); }
        std::unique_ptr<F> function;
    };

    static constexpr std::size_t room = 5 * sizeof(void*);

    template <class F>
    static constexpr bool fits =
        sizeof(F) <= room &&
        alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

    template <class F>
    static constexpr Kind inside = {
        [](void* function) { (*static_cast<F*>(function))(); },
        [](void* from, void* to) noexcept {
            ::new (to) F(std::move(*static_cast<F*>(from)));
            static_cast<F*>(from)->~F();
        },
        [](void* function) noexcept { static_cast<F*>(function)->~F(); }};

    void take(Task& other) noexcept {
        kind_ = std::exchange(other.kind_, nullptr);
        if (kind_) kind_->move(other.place_, place_);
    }
    void clear() noexcept {
        if (const Kind* const kind = std::exchange(kind_, nullptr)) kind->destroy(place_);
    }

    const Kind* kind_ = nullptr;
    alignas(void*) std::byte place_[room];
};

}  // namespace turngate::net
