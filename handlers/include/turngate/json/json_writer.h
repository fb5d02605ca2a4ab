// Prints JSON into a string, token by token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace turngate {

// Commas are placed by the writer; the caller keeps keys and values in order. Output is always
// valid UTF-8: a byte that is not becomes U+FFFD.
class JsonWriter {
  public:
    // Appends to `out`, which must outlive the writer. With an `indent` each member and each item
    // stands on its own line, that many spaces further in than what holds it.
    explicit JsonWriter(std::string& out, int indent = 0) : out_(out), indent_(indent) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& integer(std::int64_t value);
    JsonWriter& unsigned_integer(std::uint64_t value);
    // The shortest text that reads back the same; null if not finite.
    JsonWriter& real(double value);
    JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& null() { return raw("null"); }
    // Of a text that begins with a byte order mark (RFC 8259, 8.1) all but the mark.
    // REQUIRES: `json` is one valid JSON value
    JsonWriter& raw(std::string_view json);

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();
    void break_line();
    void quote(std::string_view text);

    std::string& out_;
    int indent_;
    int depth_ = 0;
    bool comma_ = false;   // a value stands before, on this level
    bool behind_ = false;  // a key stands before
};

}  // namespace turngate
