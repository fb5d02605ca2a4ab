// What the command line said: the value of every option, and the operands.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.h"

namespace turngate::cli {

// Values are checked before a command runs, so the getters cannot fail. They throw
// std::logic_error for an option that the table does not have: a bug in the command.
class Arguments {
  public:
    enum class Source { nowhere, fallback, file, environment, flag };

    // True if the flag, the environment or a configuration file gave it (a default does not count).
    bool given(std::string_view name) const { return source(name) >= Source::file; }
    Source source(std::string_view name) const { return find(name).source; }

    // Of two options, the one with the greater has been given by who counts more.
    struct Strength {
        Source source = Source::nowhere;
        unsigned rank = 0;  // of files and their profiles, see Configuration::Found; 0 for others
        auto operator<=>(const Strength&) const = default;
    };
    Strength strength(std::string_view name) const {
        const Entry& entry = find(name);
        return {entry.source, entry.rank};
    }

    // A switch.
    bool on(std::string_view name) const { return count(name) > 0; }
    std::size_t count(std::string_view name) const;  // of a repeatable switch: -vv is 2

    // The value; of several, the last; empty if there is none, not even a default.
    std::string_view text(std::string_view name) const&;
    std::string_view text(std::string_view) const&& = delete;
    const std::vector<std::string>& all(std::string_view name) const&;
    const std::vector<std::string>& all(std::string_view) const&& = delete;

    // REQUIRES: has a default or is given().
    std::int64_t number(std::string_view name) const;
    std::chrono::nanoseconds duration(std::string_view name) const;
    std::uint64_t size(std::string_view name) const;

    const std::vector<std::string>& operands() const& { return operands_; }
    const std::vector<std::string>& operands() const&& = delete;

    // -- for the parser --
    void declare(std::span<const Option> options);
    // Replaces what a weaker source gave; adds to what the same source gave if `repeatable`.
    void set(const Option& option, std::string value, Source source, unsigned rank = 0);
    // As if nobody had given it.
    void drop(const Option& option);
    void add_operand(std::string operand) { operands_.push_back(std::move(operand)); }

  private:
    struct Entry {
        std::vector<std::string> values;
        Source source = Source::nowhere;
        unsigned rank = 0;
        Value kind = Value::none;
    };
    const Entry& find(std::string_view name) const;

    std::map<std::string, Entry, std::less<>> entries_;
    std::vector<std::string> operands_;
};

}  // namespace turngate::cli
