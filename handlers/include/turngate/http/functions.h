// Several handlers in one program, chosen by the name that the platform gives.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/http/handler.h>

namespace turngate {

// Keeps the order in which the functions were given. A name is only ever looked up here: it never
// becomes a file, a symbol or a command.
class Functions {
  public:
    struct Entry {
        template <HandlerLike F>
        Entry(std::string_view function_name, F function)
            : name(function_name), handler(to_handler(std::move(function))) {}

        std::string name;
        HandlerPtr handler;
    };

    Functions() = default;
    Functions(std::initializer_list<Entry> entries);

    // Throws std::invalid_argument if `name` is empty or taken, or the handler is null.
    template <HandlerLike F>
    Functions& add(std::string_view name, F function) {
        return add(Entry(name, std::move(function)));
    }
    Functions& add(Entry entry);

    // The function called `name`, or else the one called by the part behind its last dot: "orders"
    // answers to "orders" and to "dist/index.orders" (AWS's _HANDLER, OpenEdge's function.handler).
    // Null if there is neither.
    HandlerPtr find(std::string_view name) const noexcept;

    auto begin() const noexcept { return entries_.begin(); }
    auto end() const noexcept { return entries_.end(); }
    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }

  private:
    const Entry* named(std::string_view name) const noexcept;

    std::vector<Entry> entries_;
};

}  // namespace turngate
