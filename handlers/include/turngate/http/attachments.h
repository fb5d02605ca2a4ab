// What layers attach to a request: one value of each type.
#pragma once

#include <atomic>
#include <typeindex>
#include <utility>

namespace turngate {

// One thread at a time puts; any others may look meanwhile, for nothing is ever moved or taken away
// before the end. Only who has it alone moves it.
class Attachments {
  public:
    Attachments() = default;
    Attachments(Attachments&& other) noexcept : last_(other.taken()) {}
    Attachments& operator=(Attachments&& other) noexcept {
        const Attachments before(std::move(*this));
        last_.store(other.taken(), std::memory_order_release);
        return *this;
    }
    ~Attachments() {
        for (const Node* node = last_; node;)
            delete std::exchange(node, node->before);
    }

    // In place of one of the same type, which is kept for those who have found it.
    template <class T>
    void put(T value) {
        last_.store(new Value<T>(last_.load(std::memory_order_relaxed), std::move(value)),
                    std::memory_order_release);
    }

    // Null if there is none. Valid as long as this.
    template <class T>
    const T* find() const noexcept {
        for (const Node* node = last_.load(std::memory_order_acquire); node; node = node->before)
            if (node->type == typeid(T)) return &static_cast<const Value<T>*>(node)->value;
        return nullptr;
    }

  private:
    struct Node {
        Node(const Node* next, const std::type_index& its) : before(next), type(its) {}
        Node(const Node&) = delete;
        Node& operator=(const Node&) = delete;
        virtual ~Node() = default;

        const Node* const before;
        const std::type_index type;
    };
    template <class T>
    struct Value final : Node {
        Value(const Node* next, T its) : Node(next, typeid(T)), value(std::move(its)) {}
        const T value;
    };

    const Node* taken() noexcept {
        const Node* const all = last_.load(std::memory_order_acquire);
        last_.store(nullptr, std::memory_order_release);
        return all;
    }

    std::atomic<const Node*> last_ = nullptr;
};

}  // namespace turngate
