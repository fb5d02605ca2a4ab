// The seam behind which one JSON parser runs: text in place, tokens to a visitor, no tree.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <turngate/http/error.h>

namespace turngate {

// Text that is not JSON, or JSON of the wrong shape. what() names the offset or the member.
class JsonError : public Error {
  public:
    using Error::Error;
};

// What a reader tells. Views point into the text that is read in place and stay valid as long as
// that buffer does. `end` is the byte offset just behind the token in the original text. A visitor
// may throw; the reader lets it pass.
class JsonVisitor {
  public:
    virtual ~JsonVisitor() = default;

    // False skips the value of this member: it is checked all the same, and on_skipped() tells
    // where it stood.
    virtual bool on_key(std::string_view name, std::size_t end) = 0;
    virtual void on_null(std::size_t end) = 0;
    virtual void on_boolean(bool value, std::size_t end) = 0;
    // The digits as they stood, valid by RFC 8259 section 6, of any magnitude.
    virtual void on_number(std::string_view digits, std::size_t end) = 0;
    virtual void on_string(std::string_view value, std::size_t end) = 0;
    virtual void on_begin_object(std::size_t end) = 0;
    virtual void on_end_object(std::size_t end) = 0;
    virtual void on_begin_array(std::size_t end) = 0;
    virtual void on_end_array(std::size_t end) = 0;
    // The bytes [begin, end) of a skipped value; white space may stand before it. They are left as
    // they stood, so that they can be read later.
    virtual void on_skipped(std::size_t begin, std::size_t end) = 0;
};

struct JsonLimits {
    int depth = 64;                // nested arrays and objects
    std::size_t size = 6'291'456;  // bytes: the largest event of a synchronous invocation
};

// Reads one JSON text (RFC 8259), destroying it: strings are unescaped where they stand. `text`
// excludes a final byte that must exist behind it and is set to NUL. A UTF-8 BOM is passed over.
// Throws JsonError, with the byte offset, for anything that is not exactly one JSON value in valid
// UTF-8 without lone surrogates, and past the limits. Never recurses.
void read_json_in_place(std::span<char> text, JsonVisitor& visitor, const JsonLimits& limits = {});

// Reads a copy of `text` for the check alone. Throws JsonError, as read_json_in_place() does.
void check_json(std::string_view text, const JsonLimits& limits = {});

// True if `text` is JSON, of any size and depth.
bool is_json(std::string_view text);

}  // namespace turngate
