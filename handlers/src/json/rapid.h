// The one place that includes RapidJSON (1.1.0), and what is mended in it for hostile text.
//
// From RapidJSON come the grammar's state machine (iterative: the default one recurses until the
// stack ends), literals and escapes. Five pieces are replaced, each by an explicit specialisation
// for our own stream and encoding, so the library's defaults stay as they are:
//   - scanning of strings: its SIMD lets unescaped 0x1A to 0x1F through and reads behind the text;
//   - white space: the same over-read;
//   - strings: lengths of 32 bits, and a copy of the stream that hides from the handler where it
//   is;
//   - numbers: it reads out of bounds (CVE-2024-38517) and refuses digits that a double cannot
//   hold;
//   - the stack: it adds to a null pointer, and allocates twice.
// SSE2 does as well as SSE4.2 here (3.27 and 3.30 us for an event of 3.1 KB, unmended), so that the
// program needs no more than x86-64.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

#include "plain_text.h"
#include <turngate/json/json_reader.h>

// An assertion that does not hold ends the parsing, not the process.
#define RAPIDJSON_ASSERT(condition) \
    (static_cast<bool>(condition) ? void() : throw ::turngate::JsonError("bad JSON: " #condition))
#include <rapidjson/reader.h>

// NOLINTBEGIN(readability-identifier-naming): the names RapidJSON calls

namespace turngate::rapid {

// Text that is read and unescaped in place. *end is NUL.
struct Text {
    using Ch = char;

    char Peek() const { return *src; }
    char Take() { return *src++; }
    std::size_t Tell() const { return static_cast<std::size_t>(src - head); }

    char* PutBegin() { return dst = src; }
    void Put(char c) {
        if (!untouched) *dst = c;
        ++dst;
    }
    std::size_t PutEnd(const char* begin) const { return static_cast<std::size_t>(dst - begin); }

    char* head;  // offsets count from here
    char* src;
    char* end;
    char* dst = nullptr;
    bool untouched = false;  // check, and write nothing
};

struct LoneSurrogate {
    std::size_t offset;
};

// RapidJSON refuses a lone high surrogate by itself but encodes a low one.
struct StrictUtf8 : rapidjson::UTF8<> {
    static void Encode(Text& text, unsigned codepoint) {
        constexpr std::size_t escape = sizeof "\\u0000" - 1;
        if (codepoint >= 0xDC00 && codepoint <= 0xDFFF) throw LoneSurrogate{text.Tell() - escape};
        rapidjson::UTF8<>::Encode(text, codepoint);
    }
};

struct StateAllocator {};  // only names the stack below

using Reader = rapidjson::GenericReader<StrictUtf8, StrictUtf8, StateAllocator>;

constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                           rapidjson::kParseNumbersAsStringsFlag;

}  // namespace turngate::rapid

namespace rapidjson {

// Keeps two numbers for each open array or object.
template <>
class internal::Stack<turngate::rapid::StateAllocator> {
  public:
    Stack(turngate::rapid::StateAllocator*, std::size_t) { values_.reserve(32); }

    void Clear() { values_.clear(); }

    template <typename T>
    T* Push(std::size_t count) {
        static_assert(std::is_same_v<T, SizeType>);
        values_.resize(values_.size() + count);
        return values_.data() + values_.size() - count;
    }
    template <typename T>
    T* Pop(std::size_t count) {
        RAPIDJSON_ASSERT(values_.size() >= count);
        T* popped = values_.data() + values_.size() - count;
        values_.resize(values_.size() - count);
        return popped;
    }
    template <typename T>
    T* Top() {
        RAPIDJSON_ASSERT(!values_.empty());
        return &values_.back();
    }

  private:
    std::vector<SizeType> values_;
};

template <>
inline void SkipWhitespace(turngate::rapid::Text& text) {
    char* p = text.src;
    const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    if (static_cast<unsigned char>(*p) > ' ') return;
    while (is_space(*p))
        ++p;
    text.src = p;
}

template <>
template <>
inline void turngate::rapid::Reader::ScanCopyUnescapedString(turngate::rapid::Text& text,
                                                             turngate::rapid::Text&) {
    const char* const stop = turngate::end_of_plain(text.src, text.end);
    const auto length = static_cast<std::size_t>(stop - text.src);
    if (text.dst != text.src && !text.untouched) std::memmove(text.dst, text.src, length);
    text.src += length;
    text.dst += length;
}

template <>
template <unsigned parse_flags, typename Stream, typename Handler>
void turngate::rapid::Reader::ParseString(Stream& text, Handler& handler, bool is_key) {
    text.Take();
    const char* const begin = text.PutBegin();
    ParseStringToStream<parse_flags, turngate::rapid::StrictUtf8, turngate::rapid::StrictUtf8>(
        text, text);
    RAPIDJSON_PARSE_ERROR_EARLY_RETURN_VOID;
    const std::size_t length = text.PutEnd(begin) - 1;
    if (is_key)
        handler.Key(begin, length);
    else
        handler.String(begin, length);
}

// RFC 8259 section 6, as it is written; nothing is converted.
template <>
template <unsigned, typename Stream, typename Handler>
void turngate::rapid::Reader::ParseNumber(Stream& text, Handler& handler) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    char* p = text.src;
    const auto offset = [&] { return static_cast<std::size_t>(p - text.head); };
    if (*p == '-') ++p;
    if (!is_digit(*p)) RAPIDJSON_PARSE_ERROR(kParseErrorValueInvalid, offset());
    if (*p++ != '0')
        while (is_digit(*p))
            ++p;
    if (*p == '.') {
        if (!is_digit(*++p)) RAPIDJSON_PARSE_ERROR(kParseErrorNumberMissFraction, offset());
        while (is_digit(*p))
            ++p;
    }
    if (*p == 'e' || *p == 'E') {
        ++p;
        if (*p == '+' || *p == '-') ++p;
        if (!is_digit(*p)) RAPIDJSON_PARSE_ERROR(kParseErrorNumberMissExponent, offset());
        while (is_digit(*p))
            ++p;
    }
    const char* const digits = text.src;
    text.src = p;
    handler.RawNumber(digits, static_cast<std::size_t>(p - digits));
}

}  // namespace rapidjson

// NOLINTEND(readability-identifier-naming)
