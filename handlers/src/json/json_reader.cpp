#include "bad_json.h"
#include "rapid.h"
#include "utf8_sequence.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_reader.h>

namespace turngate {
namespace {

// Hands RapidJSON's events on, with offsets, but for those of skipped values.
class Handler {
  public:
    Handler(rapid::Text& text, JsonVisitor& visitor, int max_depth)
        : text_(text), visitor_(visitor), max_depth_(max_depth) {}

    // NOLINTBEGIN(readability-identifier-naming): the names RapidJSON calls
    bool Null() {
        if (text_.untouched) return end_of_skipped();
        visitor_.on_null(text_.Tell());
        return true;
    }
    bool Bool(bool value) {
        if (text_.untouched) return end_of_skipped();
        visitor_.on_boolean(value, text_.Tell());
        return true;
    }
    void RawNumber(const char* digits, std::size_t length) {
        if (text_.untouched)
            end_of_skipped();
        else
            visitor_.on_number({digits, length}, text_.Tell());
    }
    void String(const char* s, std::size_t length) {
        if (text_.untouched)
            end_of_skipped();
        else
            visitor_.on_string({s, length}, text_.Tell());
    }
    void Key(const char* s, std::size_t length) {
        if (text_.untouched || visitor_.on_key({s, length}, text_.Tell())) return;
        text_.untouched = true;
        skipped_depth_ = depth_;
        skipped_begin_ = behind_colon();
    }
    bool StartObject() {
        descend();
        if (!text_.untouched) visitor_.on_begin_object(text_.Tell() + 1);
        return true;
    }
    bool EndObject(std::size_t) {
        --depth_;
        if (text_.untouched) return end_of_skipped(1);
        visitor_.on_end_object(text_.Tell() + 1);
        return true;
    }
    bool StartArray() {
        descend();
        if (!text_.untouched) visitor_.on_begin_array(text_.Tell() + 1);
        return true;
    }
    bool EndArray(std::size_t) {
        --depth_;
        if (text_.untouched) return end_of_skipped(1);
        visitor_.on_end_array(text_.Tell() + 1);
        return true;
    }

    // NOLINTEND(readability-identifier-naming)

  private:
    void descend() {
        if (depth_ == max_depth_)
            bad_json(text_.Tell(), "more than " + std::to_string(max_depth_) +
                                       " arrays and objects within each other");
        ++depth_;
    }

    // RapidJSON reports brackets before it steps over them.
    bool end_of_skipped(std::size_t bracket = 0) {
        if (depth_ != skipped_depth_) return true;
        text_.untouched = false;
        visitor_.on_skipped(skipped_begin_, text_.Tell() + bracket);
        return true;
    }

    std::size_t behind_colon() const {
        rapid::Text ahead = text_;
        rapidjson::SkipWhitespace(ahead);
        return ahead.Tell() + 1;  // what is not a colon is refused before the value
    }

    rapid::Text& text_;
    JsonVisitor& visitor_;
    int max_depth_;
    int depth_ = 0;
    int skipped_depth_ = 0;
    std::size_t skipped_begin_ = 0;
};

void check_utf8(std::string_view text) {
    if (is_utf8(text)) return;
    std::size_t offset = 0;
    while (const std::size_t length = utf8_sequence(text.substr(offset)))
        offset += length;
    bad_json(offset, "not UTF-8");
}

const char* rule(rapidjson::ParseErrorCode code) {
    switch (code) {
        case rapidjson::kParseErrorDocumentRootNotSingular:
            return "expected nothing after the value";
        case rapidjson::kParseErrorObjectMissName:
            return "expected a member's name in quotes";
        case rapidjson::kParseErrorObjectMissColon:
            return "expected ':' after a member's name";
        case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
            return "expected ',' or '}' after a member";
        case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
            return "expected ',' or ']' after an item";
        case rapidjson::kParseErrorNumberMissFraction:
            return "expected a digit after the decimal point";
        case rapidjson::kParseErrorNumberMissExponent:
            return "expected a digit in the exponent";
        case rapidjson::kParseErrorStringMissQuotationMark:
            return "expected the string to end in a quote";
        default:
            return "expected a value";
    }
}

[[noreturn]] void refuse(const rapid::Text& text, rapidjson::ParseErrorCode code,
                         std::size_t offset) {
    const char* const at = text.head + offset;
    const auto byte = static_cast<unsigned char>(*at);
    if (code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
        bad_json(offset, "a surrogate without its other half");
    if (code == rapidjson::kParseErrorStringUnicodeEscapeInvalidHex)
        bad_json(offset, "expected four hexadecimal digits after \\u");
    if (code == rapidjson::kParseErrorStringEscapeInvalid)
        bad_json(offset, *at == '\\' ? "unknown escape in a string"
                                     : "control character in a string: it must be escaped");
    const std::string found = at == text.end              ? "the end of the text"
                              : byte == 0                 ? "a NUL byte"
                              : byte < ' ' || byte >= 127 ? "byte " + std::to_string(byte)
                                                          : std::string("'") + *at + "'";
    bad_json(offset, rule(code) + (", found " + found));
}

}  // namespace

void read_json_in_place(std::span<char> text, JsonVisitor& visitor, const JsonLimits& limits) {
    const std::string_view whole(text.data(), text.size());
    if (whole.size() > limits.size)
        bad_json(limits.size, "the text has " + std::to_string(whole.size()) +
                                  " bytes, more than the limit of " + std::to_string(limits.size));
    check_utf8(whole);
    constexpr std::string_view bom = "\xEF\xBB\xBF";
    char* const end = text.data() + text.size();
    *end = '\0';
    rapid::Text stream{text.data(), text.data() + (whole.starts_with(bom) ? bom.size() : 0), end};
    Handler handler(stream, visitor, limits.depth);
    rapid::Reader reader;
    try {
        if (const auto result = reader.Parse<rapid::flags>(stream, handler); !result)
            refuse(stream, result.Code(), result.Offset());
    } catch (const rapid::LoneSurrogate& lone) {
        refuse(stream, rapidjson::kParseErrorStringUnicodeSurrogateInvalid, lone.offset);
    }
    if (stream.src != end)
        refuse(stream, rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
}

}  // namespace turngate
