// Values that were taken out of a call, to be found wherever else they stand.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace turngate::recording {

// What stands in the place of a secret: valid in a header, a cookie, a query and a JSON string.
inline constexpr std::string_view redacted = "REDACTED";

// What else may stand there: a placeholder that is filled in with a value as it was can stand for
// no other spelling of it, unless the filling spells it so, and for no part of it.
struct InPlaceOfSecrets {
    std::string_view value = redacted;
    std::string_view spelling = redacted;  // as a URL has it
};

class Secrets {
  public:
    // What is shorter stands for too many other things.
    static constexpr std::size_t shortest = 8;
    static constexpr std::size_t most = 1000;

    // `value`, what is behind its first word ("Bearer ..."), and both as a URL has them. Throws
    // Error past `most`, for looking for each in every text takes its time.
    void add(std::string_view value);

    // A value of any length: behind its `prefix` ("name=", unless that is empty), where neither a
    // letter nor a digit stands around both; and as the whole of a JSON string.
    void add_echo(std::string_view prefix, std::string_view value);

    bool empty() const noexcept { return values_.empty() && wholes_.empty(); }

    // True if `text` is the value of an add_echo().
    bool is_echo(std::string_view text) const { return wholes_.contains(text); }

    // True if one of them, of `least` bytes or more, is part of `text`.
    bool stand_in(std::string_view text, std::size_t least = shortest) const noexcept;

    // `text` with each of those replaced, the longest first.
    std::string without(std::string_view text, std::size_t least = shortest,
                        const InPlaceOfSecrets& in_place = {}) const;

  private:
    enum class Kind { value, spelling, part };
    struct Secret {
        std::string text;
        Kind kind;
    };
    void add_all(std::string_view value, bool is_part);
    void add_one(std::string text, Kind kind);

    std::vector<Secret> values_;       // the longest first
    std::vector<std::string> echoes_;  // with their prefixes
    std::set<std::string, std::less<>> wholes_;
};

}  // namespace turngate::recording
