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
    // Appends to `out`, which must outlive the writer.
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& integer(std::int64_t value);
    JsonWriter& unsigned_integer(std::uint64_t value);
    JsonWriter& real(
        double value);  // the shortest text that reads back the same; null if not finite
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    JsonWriter& raw(std::string_view json);  // REQUIRES: `json` is one valid JSON value

  private:
    void separate();

    std::string& out_;
    bool comma_ = false;
};

}  // namespace turngate
