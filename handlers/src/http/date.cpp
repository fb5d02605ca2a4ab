// Dates by the calendar of <chrono>; the text by hand, for strftime() obeys the locale.
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <turngate/http/date.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
};

// Absent if there is no such day or time. A leap second becomes the second after it.
std::optional<sys_seconds> to_time(const Civil& c) {
    year_month_day date{year{c.year}, month{c.month}, day{c.day}};
    if (!date.ok() || c.hour > 23 || c.minute > 59 || c.second > 60) return std::nullopt;
    return sys_days(date) + hours(c.hour) + minutes(c.minute) + seconds(c.second);
}

Civil to_civil(sys_seconds time) {
    constexpr sys_seconds first = sys_days(year{0} / January / 1);
    constexpr sys_seconds last = sys_days(year{10'000} / January / 1) - seconds(1);
    if (time < first || time > last)
        throw std::invalid_argument("a date outside the years 0 to 9999 has no HTTP form");
    const sys_days date = floor<std::chrono::days>(time);
    const year_month_day ymd(date);
    const auto left = static_cast<unsigned>((time - date).count());
    return {int{ymd.year()}, unsigned{ymd.month()}, unsigned{ymd.day()},
            left / 3600,     left / 60 % 60,        left % 60};
}

void append_digits(std::string& out, unsigned value, int width) {
    char digits[4];
    for (int i = width; i-- > 0; value /= 10)
        digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits, static_cast<std::size_t>(width));
}

// "06 Nov 1994" with that separator.
void append_day(std::string& out, const Civil& c, char separator) {
    append_digits(out, c.day, 2);
    out += separator;
    out += month_names[c.month - 1];
    out += separator;
    append_digits(out, static_cast<unsigned>(c.year), 4);
}

void append_clock(std::string& out, const Civil& c) {
    append_digits(out, c.hour, 2);
    out += ':';
    append_digits(out, c.minute, 2);
    out += ':';
    append_digits(out, c.second, 2);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Takes one date from the front of its text, part by part; each part is false if it is not there.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool literal(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    // A number of exactly `width` digits.
    template <class Number>
    bool number(Number& value, std::size_t width) {
        if (rest_.size() < width) return false;
        Number n = 0;
        for (char c : rest_.substr(0, width)) {
            if (!is_digit(c)) return false;
            n = n * 10 + static_cast<Number>(c - '0');
        }
        value = n;
        rest_.remove_prefix(width);
        return true;
    }

    bool month(unsigned& value) {
        for (unsigned i = 0; i < month_names.size(); ++i) {
            if (!literal(month_names[i])) continue;
            value = i + 1;
            return true;
        }
        return false;
    }

    bool day_name(std::size_t letters) {
        for (std::string_view day : day_names)
            if (literal(day.substr(0, letters))) return true;
        return false;
    }

    bool clock(Civil& c) {
        return number(c.hour, 2) && literal(":") && number(c.minute, 2) && literal(":") &&
               number(c.second, 2);
    }

    bool end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
bool scan_imf_fixdate(Scanner in, Civil& c) {
    return in.day_name(3) && in.literal(", ") && in.number(c.day, 2) && in.literal(" ") &&
           in.month(c.month) && in.literal(" ") && in.number(c.year, 4) && in.literal(" ") &&
           in.clock(c) && in.literal(" GMT") && in.end();
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
bool scan_rfc850(Scanner in, Civil& c) {
    return in.day_name(std::string_view::npos) && in.literal(", ") && in.number(c.day, 2) &&
           in.literal("-") && in.month(c.month) && in.literal("-") && in.number(c.year, 2) &&
           in.literal(" ") && in.clock(c) && in.literal(" GMT") && in.end();
}

// "Sun Nov  6 08:49:37 1994"
bool scan_asctime(Scanner in, Civil& c) {
    return in.day_name(3) && in.literal(" ") && in.month(c.month) && in.literal(" ") &&
           (in.literal(" ") ? in.number(c.day, 1) : in.number(c.day, 2)) && in.literal(" ") &&
           in.clock(c) && in.literal(" ") && in.number(c.year, 4) && in.end();
}

// The leading digits of `token`, up to `most`; absent if there are fewer than `least` or more.
std::optional<unsigned> leading_number(std::string_view token, std::size_t least,
                                       std::size_t most) {
    unsigned value = 0;
    std::size_t n = 0;
    for (; n < token.size() && is_digit(token[n]); ++n) {
        if (n == most) return std::nullopt;
        value = value * 10 + static_cast<unsigned>(token[n] - '0');
    }
    if (n < least) return std::nullopt;
    return value;
}

// "h:m:s" with one or two digits each, and anything after them but a digit.
bool scan_cookie_clock(std::string_view token, Civil& c) {
    unsigned* const parts[] = {&c.hour, &c.minute, &c.second};
    for (std::size_t i = 0; i < 3; ++i) {
        std::optional<unsigned> value = leading_number(token, 1, 2);
        if (!value) return false;
        *parts[i] = *value;
        if (i == 2) break;
        const std::size_t colon = token.find_first_not_of("0123456789");
        if (colon == std::string_view::npos || token[colon] != ':') return false;
        token.remove_prefix(colon + 1);
    }
    return true;
}

unsigned cookie_month(std::string_view token) {
    for (unsigned i = 0; i < month_names.size(); ++i)
        if (iequals(token.substr(0, 3), month_names[i])) return i + 1;
    return 0;
}

bool is_cookie_delimiter(char ch) {
    const auto c = static_cast<unsigned char>(ch);
    return c == 0x09 || (c >= 0x20 && c <= 0x2F) || (c >= 0x3B && c <= 0x40) ||
           (c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0x7E);
}

}  // namespace

std::string http_date(sys_seconds time) {
    const Civil c = to_civil(time);
    const weekday day(floor<std::chrono::days>(time));
    std::string out(day_names[day.c_encoding()].substr(0, 3));
    out += ", ";
    append_day(out, c, ' ');
    out += ' ';
    append_clock(out, c);
    out += " GMT";
    return out;
}

std::string request_time(sys_seconds time) {
    const Civil c = to_civil(time);
    std::string out;
    append_day(out, c, '/');
    out += ':';
    append_clock(out, c);
    out += " +0000";
    return out;
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
    Civil c;
    const Scanner in(text);
    if (scan_imf_fixdate(in, c) || scan_asctime(in, c)) return to_time(c);
    if (!scan_rfc850(in, c)) return std::nullopt;
    const int latest = to_civil(now).year + 50;
    c.year += latest / 100 * 100;
    if (c.year > latest) c.year -= 100;
    return to_time(c);
}

std::optional<sys_seconds> parse_cookie_date(std::string_view text) {
    Civil c;
    bool has_time = false, has_year = false;
    while (!text.empty()) {
        std::size_t n = 0;
        while (n < text.size() && !is_cookie_delimiter(text[n]))
            ++n;
        const std::string_view token = text.substr(0, n);
        text.remove_prefix(n < text.size() ? n + 1 : n);
        if (token.empty()) continue;
        // The order is the RFC's: a token is the first of these that it can be and that is missing.
        if (!has_time && scan_cookie_clock(token, c)) {
            has_time = true;
        } else if (auto day = leading_number(token, 1, 2); c.day == 0 && day) {
            c.day = *day;
        } else if (unsigned month = cookie_month(token); c.month == 0 && month != 0) {
            c.month = month;
        } else if (auto year = leading_number(token, 2, 4); !has_year && year) {
            c.year = static_cast<int>(*year);
            has_year = true;
        }
    }
    if (!has_time || !has_year) return std::nullopt;
    if (c.year >= 70 && c.year <= 99) c.year += 1900;
    if (c.year <= 69) c.year += 2000;
    if (c.year < 1601 || c.second > 59) return std::nullopt;
    return to_time(c);
}

}  // namespace turngate
