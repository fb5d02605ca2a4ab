// The one place that includes RapidJSON (1.1.0), and what is mended in it for hostile text.
//
// From RapidJSON come literals, escapes and the codes of errors. Six pieces are replaced, each by
// an explicit specialisation for our own stream and encoding, so the library's defaults stay as
// they are:
//   - the grammar: the default one recurses until the stack ends, and the iterative one looks up
//   two
//     tables for each comma (1.8 times the instructions for an event);
//   - scanning of strings: its SIMD lets unescaped 0x1A to 0x1F through and reads behind the text;
//   - white space: the same over-read;
//   - strings: lengths of 32 bits, and a copy of the stream that hides from the handler where it
//     is;
//   - numbers: it reads out of bounds (CVE-2024-38517) and refuses digits that a double cannot
//     hold;
//   - the stack, which nothing needs any more.
// SSE2 does as well as SSE4.2 here, so that the program needs no more than x86-64.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>

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

template <>
class internal::Stack<turngate::rapid::StateAllocator> {
  public:
    Stack(turngate::rapid::StateAllocator*, std::size_t) {}
    void Clear() {}
};

template <>
inline void SkipWhitespace(turngate::rapid::Text& text) {
    if (static_cast<unsigned char>(*text.src) <= ' ')
        text.src = turngate::end_of_white(text.src, text.end);
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
    ++text.src;
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

// RFC 8259 section 2: a value, and then as many ',' or closing brackets as wait for what follows.
template <>
template <unsigned parse_flags, typename Stream, typename Handler>
ParseResult turngate::rapid::Reader::IterativeParse(Stream& text, Handler& handler) {
    parseResult_.Clear();
    std::string open;  // the brackets that must close; 15 of them need no memory
    const auto skip_white = [&] { SkipWhitespace(text); };
    const auto failed = [&](ParseErrorCode code) {
        SetParseError(code, text.Tell());
        return parseResult_;
    };
    const auto read_string = [&](bool is_key) {
        const char* const begin = text.src + 1;
        const char* const stop = turngate::end_of_plain(begin, text.end);
        if (*stop != '"') return ParseString<parse_flags>(text, handler, is_key);
        const auto length = static_cast<std::size_t>(stop - begin);  // no escapes: most have none
        text.src += length + 2;
        is_key ? handler.Key(begin, length) : handler.String(begin, length);
    };
    const auto read_key = [&] {  // and the colon
        if (*text.src != '"') return SetParseError(kParseErrorObjectMissName, text.Tell());
        read_string(true);
        skip_white();
        if (HasParseError()) return;
        if (*text.src != ':') return SetParseError(kParseErrorObjectMissColon, text.Tell());
        ++text.src;
        skip_white();
    };

    skip_white();
    while (true) {
        const char first = *text.src;
        if (first == '"') {
            read_string(false);
        } else if (first == '{' || first == '[') {
            first == '{' ? handler.StartObject() : handler.StartArray();
            open += static_cast<char>(first + 2);  // '}' or ']'
            ++text.src;
            skip_white();
            if (*text.src != open.back()) {
                if (first == '{') read_key();
                if (HasParseError()) return parseResult_;
                continue;
            }
        } else {
            ParseValue<parse_flags>(text, handler);
        }
        if (HasParseError()) return parseResult_;

        // Behind a value, or before the bracket that ends an empty one.
        for (skip_white(); !open.empty() && *text.src == open.back(); skip_white()) {
            open.back() == '}' ? handler.EndObject(0) : handler.EndArray(0);
            open.pop_back();
            ++text.src;
        }
        if (open.empty()) return parseResult_;
        if (*text.src != ',')
            return failed(open.back() == '}' ? kParseErrorObjectMissCommaOrCurlyBracket
                                             : kParseErrorArrayMissCommaOrSquareBracket);
        ++text.src;
        skip_white();
        if (open.back() == '}') read_key();
        if (HasParseError()) return parseResult_;
    }
}

}  // namespace rapidjson

// NOLINTEND(readability-identifier-naming)
