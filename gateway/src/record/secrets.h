// Values that were taken out of a call, to be found wherever else they stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace turngate::recording {

// What stands in the place of a secret: valid in a header, a cookie, a query and a JSON string.
inline constexpr std::string_view redacted = "REDACTED";

class Secrets {
  public:
    // What is shorter stands for too many other things.
    static constexpr std::size_t shortest = 8;
    static constexpr std::size_t most = 4000;

    // `value`, what is behind its first word ("Bearer ..."), and both as a URL has them. Throws
    // Error past `most`, for looking for each in every text takes its time.
    void add(std::string_view value);

    bool empty() const noexcept { return values_.empty(); }

    // True if a secret of `least` bytes or more is part of `text`.
    bool stand_in(std::string_view text, std::size_t least = shortest) const noexcept;

    // `text` with each secret replaced, the longest first.
    std::string without(std::string_view text, std::size_t least = shortest) const;

  private:
    void add_one(std::string value);

    std::vector<std::string> values_;  // the longest first
};

}  // namespace turngate::recording
