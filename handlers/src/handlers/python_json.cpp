// JSON as Python prints it: functions that replace Python's are compared byte for byte.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <turngate/handlers/openedge.h>

namespace turngate::openedge {
namespace {

// The code point at `at`, which moves behind it; a byte that is no UTF-8 is U+FFFD.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at++);
    const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
    if (first < 0x80) return first;
    if (more == 0 || first > 0xF4 || at + more > text.size()) return 0xFFFD;
    std::uint32_t point = first & (0x3Fu >> more);
    for (unsigned i = 0; i < more; ++i) {
        if ((byte(at + i) & 0xC0u) != 0x80) return 0xFFFD;
        point = point << 6 | (byte(at + i) & 0x3Fu);
    }
    at += more;
    return point;
}

void escape(std::string& out, std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.append({'\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15],
                digits[unit & 15]});
}

void quote(std::string& out, std::string_view text) {
    constexpr std::string_view named = "\"\\\n\r\t\f\b", names = "\"\\nrtfb";
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t point = next_point(text, at);
        const auto name = point < 0x80 ? named.find(static_cast<char>(point)) : named.npos;
        if (name != named.npos) {
            out.append({'\\', names[name]});
        } else if (point >= ' ' && point < 0x7F) {
            out += static_cast<char>(point);
        } else if (point < 0x10000) {
            escape(out, point);
        } else {
            escape(out, 0xD800 + ((point - 0x10000) >> 10));
            escape(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
        }
    }
    out += '"';
}

// As repr(): with an exponent below 1e-4 and from 1e16 on, and else with a point.
void print(std::string& out, double number) {
    if (!std::isfinite(number)) {  // Python's NaN and Infinity are no JSON
        out += "null";
        return;
    }
    std::array<char, 400> text{};
    const double size = std::fabs(number);
    const bool has_exponent = size != 0 && (size < 1e-4 || size >= 1e16);
    const auto form = has_exponent ? std::chars_format::scientific : std::chars_format::fixed;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, form).ptr;
    const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
    out += digits;
    if (!has_exponent && digits.find('.') == digits.npos) out += ".0";
}

void print(std::string& out, const Json& value) {
    if (const Json::Object* members = value.members()) {
        const char* before = "{";
        for (const auto& [name, member] : *members) {
            quote(out.append(before), name);
            print(out.append(": "), member);
            before = ", ";
        }
        out += members->empty() ? "{}" : "}";
    } else if (const Json::Array* items = value.items()) {
        const char* before = "[";
        for (const Json& item : *items) {
            print(out.append(before), item);
            before = ", ";
        }
        out += items->empty() ? "[]" : "]";
    } else if (const std::string* text = value.string()) {
        quote(out, *text);
    } else if (value.integer() || value.unsigned_integer() || !value.number()) {
        out += value.dump();
    } else {
        print(out, *value.number());
    }
}

}  // namespace

std::string python_json(const Json& value) {
    std::string out;
    print(out, value);
    return out;
}

}  // namespace turngate::openedge
