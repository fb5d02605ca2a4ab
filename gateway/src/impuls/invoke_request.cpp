// One pass without a tree: of the event only its place is kept.
#include "impuls/invoke_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <turngate/json/json_reader.h>

namespace turngate::impuls {
namespace {

enum class Member {
    handler,
    code,
    event,
    env,
    function_name,
    memory_mb,
    timeout_ms,
    timeout_sec,
    none
};

constexpr std::array<std::string_view, 8> names = {
    "handler", "code", "event", "env", "function_name", "memory_mb", "timeout_ms", "timeout_sec"};

constexpr double longest_ms = 24 * 3'600'000.0;

class Reader final : public JsonVisitor {
  public:
    explicit Reader(InvokeRequest& out) : out_(out) {}

    // Absent if there is none. What is said in milliseconds counts.
    std::optional<std::chrono::milliseconds> timeout() const noexcept {
        const double time = timeouts_[0] > 0 ? timeouts_[0] : timeouts_[1];
        if (time == 0) return std::nullopt;
        return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(time));
    }

    // Where the event stands; nowhere: there is none.
    std::pair<std::size_t, std::size_t> event() const noexcept { return {begin_, end_}; }

    bool on_key(std::string_view name, std::size_t end) override {
        if (depth_ == 2) {
            variable_ = name;
            return true;
        }
        const auto known = std::find(names.begin(), names.end(), name);
        member_ = static_cast<Member>(known - names.begin());
        if (member_ == Member::none) return false;
        bool& is_known = seen_[static_cast<std::size_t>(member_)];
        if (std::exchange(is_known, true)) fail(end, "comes twice");
        return member_ != Member::event;
    }
    void on_skipped(std::size_t begin, std::size_t end) override {
        if (member_ == Member::event) std::tie(begin_, end_) = std::pair(begin, end);
    }

    void on_null(std::size_t end) override {
        if (depth_ != 1) fail(end, "is null");
    }
    void on_string(std::string_view value, std::size_t end) override {
        if (depth_ == 2) return set_variable(value, end);
        switch (depth_ == 1 ? member_ : Member::none) {
            case Member::handler:
                out_.invocation.handler = value;
                return;
            case Member::code:
                out_.invocation.code = value;
                return;
            case Member::function_name:
                if (!value.empty()) out_.invocation.function_name = value;
                return;
            default:
                fail(end, "is a string");
        }
    }
    void on_number(std::string_view digits, std::size_t end) override {
        switch (depth_ == 1 ? member_ : Member::none) {
            case Member::memory_mb:
                return set_memory(digits, end);
            case Member::timeout_ms:
                return set_timeout(digits, 1, end);
            case Member::timeout_sec:
                return set_timeout(digits, 1000, end);
            default:
                fail(end, "is a number");
        }
    }
    void on_boolean(bool, std::size_t end) override { fail(end, "is a boolean"); }
    void on_begin_array(std::size_t end) override { fail(end, "is an array"); }
    void on_end_array(std::size_t) override {}
    void on_begin_object(std::size_t end) override {
        if (depth_ > 1 || (depth_ == 1 && member_ != Member::env)) fail(end, "is an object");
        ++depth_;
    }
    void on_end_object(std::size_t) override { --depth_; }

  private:
    std::string_view expected() const {
        if (depth_ == 2) return "a string";
        switch (member_) {
            case Member::env:
                return "an object of strings";
            case Member::memory_mb:
                return "a whole number of megabytes above 0";
            case Member::timeout_ms:
                return "a number of milliseconds above 0";
            case Member::timeout_sec:
                return "a number of seconds above 0";
            default:
                return "a string";
        }
    }
    [[noreturn]] void fail(std::size_t end, const std::string& what) const {
        const std::string place = " (byte " + std::to_string(end) + ")";
        if (depth_ == 0)
            throw JsonError("the invocation" + place + ' ' + what + ": expected an object");
        std::string name(names[static_cast<std::size_t>(member_)]);
        if (depth_ == 2) name += '.' + variable_;
        throw JsonError('"' + name + '"' + place + ' ' + what + ": expected " +
                        std::string(expected()));
    }

    void set_variable(std::string_view value, std::size_t end) {
        const std::string place = "\"env\" (byte " + std::to_string(end) + "): ";
        if (out_.environment.find(variable_))
            throw JsonError(place + "the variable " + variable_ + " comes twice");
        if (++variables_ > most_variables)
            throw JsonError(place + "more than " + std::to_string(most_variables) + " variables");
        try {
            if (!out_.environment.set(variable_, value))
                out_.refused_variables.push_back(variable_);
        } catch (const Error& e) {
            throw JsonError(place + e.what());
        }
    }
    void set_memory(std::string_view digits, std::size_t end) {
        std::uint64_t value = 0;
        const char* const last = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), last, value);
        if (error != std::errc() || stop != last || value == 0)
            fail(end, "is " + std::string(digits.substr(0, 40)));
        out_.invocation.memory_mb = value;
    }
    void set_timeout(std::string_view digits, double unit, std::size_t end) {
        double value = 0;
        const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
        // Too large for a double, and not too small: there is no "-" in its exponent.
        if (error == std::errc::result_out_of_range && digits.find('-') == digits.npos)
            value = longest_ms;
        if (!(value > 0)) fail(end, "is " + std::string(digits.substr(0, 40)));
        timeouts_[unit == 1 ? 0 : 1] = std::clamp(value * unit, 1.0, longest_ms);
    }

    InvokeRequest& out_;
    int depth_ = 0;  // 1: in the invocation; 2: in its "env"
    Member member_ = Member::none;
    std::array<bool, names.size()> seen_{};
    std::array<double, 2> timeouts_{};  // "timeout_ms" and "timeout_sec", in ms; 0: not there
    std::string variable_;
    std::size_t variables_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace

InvokeRequest read_invoke_request(std::string text) {
    InvokeRequest out;
    Reader reader(out);
    read_json_in_place({text.data(), text.size()}, reader, {.size = text.size()});
    out.timeout = reader.timeout().value_or(out.timeout);
    if (const auto [begin, end] = reader.event(); begin != end) {
        out.event = text.substr(begin, end - begin);
        out.event.erase(0, out.event.find_first_not_of(" \t\r\n"));
    }
    return out;
}

}  // namespace turngate::impuls
