// How much may be built of one text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace turngate::events {

// An element of a list repeats the name of the list, so that a short text could ask for any amount
// of memory. What is built may take four times the text: no other text needs more, as a query of
// which every byte is escaped takes three. What is small anyhow is not looked at.
class ByteBudget {
  public:
    static constexpr std::size_t factor = 4;
    static constexpr std::size_t base = 65'536;

    // What Headers keeps of a field beside its bytes.
    static constexpr std::size_t field = 16;

    explicit ByteBudget(std::size_t text) noexcept
        : limit_(std::min(text, most_text) * factor + base), left_(limit_) {}

    // False if there is no room for so many bytes more.
    [[nodiscard]] bool spend(std::size_t bytes) noexcept {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }

    // For an error: "`what` take more than 70000 bytes, ...".
    std::string rule(std::string_view what) const {
        return std::string(what) + " take more than " + std::to_string(limit_) + " bytes, " +
               std::to_string(factor) + " times the text and " + std::to_string(base) +
               "; shorten the name or the list";
    }

  private:
    static constexpr std::size_t most_text = std::size_t{1}
                                             << 28;  // far below what Headers can hold

    std::size_t limit_;
    std::size_t left_;
};

}  // namespace turngate::events
