#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

#include "plain_text.h"
#include "utf8_sequence.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

void append_number(std::string& out, std::integral auto value) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

// As JSON.stringify() has it, but for -0 (ECMA-262, Number::toString): the least digits that tell
// it from its neighbours, and an exponent only from 1e+21 and below 1e-6. Between 2^53 and 2^64 all
// digits are the value's own: a reader that has integers of 64 bits would take the zeros that stand
// for digits nobody needs at their word, and read another number.
void append_number(std::string& out, double value) {
    if (value >= 0x1p53 && value < 0x1p64)
        return append_number(out, static_cast<std::uint64_t>(value));
    if (value <= -0x1p53 && value >= -0x1p63)
        return append_number(out, static_cast<std::int64_t>(value));
    std::array<char, 32> buffer;  // the longest is -2.2250738585072014e-308
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::scientific)
                         .ptr;
    std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    if (text.front() == '-') {
        out += '-';
        text.remove_prefix(1);
    }
    const std::size_t e = text.find('e');
    int exponent = 0;
    std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
    if (exponent < -6 || exponent > 20) {
        out.append(text.substr(0, e)).append(exponent < 0 ? "e" : "e+");
        return append_number(out, exponent);
    }
    std::string digits(text.substr(0, 1));
    if (e > 1) digits += text.substr(2, e - 2);
    if (exponent < 0) {
        out.append("0.").append(static_cast<std::size_t>(-exponent) - 1, '0').append(digits);
        return;
    }
    const auto before_point = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= before_point)
        out.append(digits).append(before_point - digits.size(), '0');
    else
        out.append(digits, 0, before_point).append(1, '.').append(digits, before_point);
}

void append_escape(std::string& out, char c) {
    constexpr char hex[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += hex[c >> 4];
            out += hex[c & 15];
    }
}

void append_escaped(std::string& out, std::string_view utf8) {
    const char* p = utf8.data();
    const char* const end = p + utf8.size();
    while (true) {
        const char* const stop = end_of_plain(p, end);
        out.append(p, stop);
        if (stop == end) return;
        append_escape(out, *stop);
        p = stop + 1;
    }
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    quote(name);
    out_ += indent_ > 0 ? ": " : ":";
    behind_ = true;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
    separate();
    quote(value);
    return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    separate();
    append_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t value) {
    separate();
    append_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::real(double value) {
    if (!std::isfinite(value)) return null();
    separate();
    append_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    // Readers let a byte order mark begin a text; in the middle of one it would be a stray byte.
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    out_ += json;
    return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    ++depth_;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    --depth_;
    if (comma_) break_line();
    out_ += bracket;
    comma_ = true;
    return *this;
}

// Before each key and each value: a value behind its key needs neither comma nor line.
void JsonWriter::separate() {
    if (behind_) {
        behind_ = false;
    } else {
        if (comma_) out_ += ',';
        if (depth_ > 0) break_line();
    }
    comma_ = true;
}

void JsonWriter::break_line() {
    if (indent_ <= 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth_), ' ');
}

void JsonWriter::quote(std::string_view text) {
    out_ += '"';
    if (is_plain_ascii(text.data(), text.data() + text.size())) {
        out_ += text;
    } else if (is_utf8(text)) {
        append_escaped(out_, text);
    } else {
        while (!text.empty()) {
            const std::size_t length = utf8_sequence(text);
            if (length == 0)
                out_ += "\xEF\xBF\xBD";
            else
                append_escaped(out_, text.substr(0, length));
            text.remove_prefix(length == 0 ? 1 : length);
        }
    }
    out_ += '"';
}

}  // namespace turngate
