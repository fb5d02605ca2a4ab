// Json::parse: builds the value from what the reader tells, on a stack of its own.
#include <algorithm>
#include <charconv>
#include <iterator>
#include <numeric>

#include "bad_json.h"
#include <turngate/json/json.h>

namespace turngate {
namespace {

// Whether 0 < |digits| < 1, for digits out of the range of double: from_chars does not say on which
// side they are.
bool is_tiny(std::string_view digits) {
    const std::size_t exponent_at = std::min(digits.find_first_of("eE"), digits.size());
    const std::string_view mantissa = digits.substr(0, exponent_at);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t first = mantissa.find_first_of("123456789");
    const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);

    std::string_view exponent = digits.substr(std::min(exponent_at + 1, digits.size()));
    const bool negative = exponent.starts_with('-');
    if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t value = 0;
    const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
    if (read.ec == std::errc::result_out_of_range) return negative;
    return magnitude + (negative ? -value : value) < 1;
}

Json number(std::string_view digits, std::size_t end) {
    const char* const last = digits.data() + digits.size();
    const auto read = [&](auto& value) {
        const auto [stop, error] = std::from_chars(digits.data(), last, value);
        return stop == last ? error : std::errc::invalid_argument;
    };
    constexpr std::size_t longest_integer = 20;
    if (digits.size() <= longest_integer) {
        std::int64_t integer = 0;
        if (digits != "-0" && read(integer) == std::errc()) return integer;
        std::uint64_t unsigned_integer = 0;
        if (digits[0] != '-' && read(unsigned_integer) == std::errc()) return unsigned_integer;
    }
    double real = 0;
    if (read(real) == std::errc()) return real;
    if (!is_tiny(digits)) bad_json(end - digits.size(), "a number beyond the range of a double");
    return digits[0] == '-' ? -0.0 : 0.0;
}

// Values wait on one stack until the array or object they belong to is complete, so that each
// vector is allocated once, at its size.
class Builder final : public JsonVisitor {
  public:
    explicit Builder(DuplicateNames duplicates) : duplicates_(duplicates) {}

    bool on_key(std::string_view name, std::size_t) override {
        names_.emplace_back(name);
        return true;
    }
    void on_null(std::size_t) override { values_.emplace_back(); }
    void on_boolean(bool value, std::size_t) override { values_.emplace_back(value); }
    void on_number(std::string_view digits, std::size_t end) override {
        values_.push_back(number(digits, end));
    }
    void on_string(std::string_view value, std::size_t) override { values_.emplace_back(value); }
    void on_begin_object(std::size_t) override { open(); }
    void on_begin_array(std::size_t) override { open(); }
    void on_end_array(std::size_t) override {
        const Level level = close();
        const auto begin = values_.begin() + level.values;
        Json::Array items(std::make_move_iterator(begin), std::make_move_iterator(values_.end()));
        values_.erase(begin, values_.end());
        values_.emplace_back(std::move(items));
    }
    void on_end_object(std::size_t end) override {
        const Level level = close();
        const auto names = names_.begin() + level.names;
        const auto values = values_.begin() + level.values;
        Json::Object members;
        members.reserve(static_cast<std::size_t>(values_.end() - values));
        auto name = names;
        for (auto value = values; value != values_.end(); ++value)
            members.emplace_back(std::move(*name++), std::move(*value));
        names_.erase(names, names_.end());
        values_.erase(values, values_.end());
        unify(members, end);
        values_.emplace_back(std::move(members));
    }
    void on_skipped(std::size_t, std::size_t) override {}

    Json take() { return std::move(values_.front()); }

  private:
    struct Level {
        std::ptrdiff_t values, names;
    };

    void open() { levels_.push_back({std::ssize(values_), std::ssize(names_)}); }
    Level close() {
        const Level level = levels_.back();
        levels_.pop_back();
        return level;
    }

    // Sorts rather than hashes: names chosen to collide change nothing. Any order will do, so the
    // cheap comparison of lengths comes first.
    void unify(Json::Object& members, std::size_t end) {
        std::vector<std::size_t>& sorted = sorted_;
        sorted.resize(members.size());
        std::iota(sorted.begin(), sorted.end(), std::size_t{0});
        std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
            const std::string &x = members[a].first, &y = members[b].first;
            if (x.size() != y.size()) return x.size() < y.size();
            const int order = x.compare(y);
            return order != 0 ? order < 0 : a < b;
        });
        const auto same = [&](std::size_t a, std::size_t b) {
            return members[a].first == members[b].first;
        };
        const auto twice = std::adjacent_find(sorted.begin(), sorted.end(), same);
        if (twice == sorted.end()) return;
        if (duplicates_ == DuplicateNames::refuse)
            bad_json(end,
                     "the object that ends here has two members \"" + members[*twice].first + "\"");
        // The last value, in the place of the first.
        std::vector<bool> dropped(members.size());
        for (auto first = sorted.begin(); first != sorted.end();) {
            auto last = first;
            while (last + 1 != sorted.end() && same(*first, *(last + 1)))
                dropped[*++last] = true;
            if (last != first) members[*first].second = std::move(members[*last].second);
            first = last + 1;
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (dropped[i]) continue;
            if (kept != i) members[kept] = std::move(members[i]);
            ++kept;
        }
        members.resize(kept);
    }

    DuplicateNames duplicates_;
    std::vector<Json> values_;
    std::vector<std::string> names_;
    std::vector<Level> levels_;
    std::vector<std::size_t> sorted_;
};

}  // namespace

Json Json::parse(std::string_view text, const JsonLimits& limits, DuplicateNames duplicates) {
    std::string bytes(text);
    Builder builder(duplicates);
    read_json_in_place(bytes, builder, limits);
    return builder.take();
}

}  // namespace turngate
