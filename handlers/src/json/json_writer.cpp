#include <charconv>
#include <cmath>
#include <limits>

#include "plain_text.h"
#include "utf8_sequence.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

template <typename Number>
void append_number(std::string& out, Number value) {
    char digits[32];  // the longest double is -2.2250738585072014e-308
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
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
