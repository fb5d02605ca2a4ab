// The members of an event that any decoder reads, collected in one pass over its text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "place.h"

namespace turngate::events {

enum class Kind : std::uint8_t { absent, null, boolean, number, string, object, array };

// "a string", "an object", ...: how an error message calls it.
std::string_view article_name(Kind kind) noexcept;

// One JSON value, not converted.
struct Value {
    Kind kind = Kind::absent;
    bool boolean = false;
    bool listed = false;      // an element of a list under its key
    std::uint32_t begin = 0;  // bytes [begin, end) of the text
    std::uint32_t end = 0;
    std::uint32_t index = 0;  // in that list
    std::string_view text;    // the characters of a string, the digits of a number

    bool is_string() const noexcept { return kind == Kind::string; }
    bool is_object() const noexcept { return kind == Kind::object; }
    // Neither left out nor null, which sources use for each other.
    bool given() const noexcept { return kind != Kind::absent && kind != Kind::null; }
};

// One value of a map such as `headers`. A list yields an entry for each element under the same
// key, and one of kind `absent` if it is empty.
struct Entry {
    std::string_view key;
    Value value;
};

// "headers.accept", and of an element of a list "multiValueHeaders.accept[1]".
std::string member_of(std::string_view map, std::string_view key);
std::string member_of(std::string_view map, const Entry& entry);

// How many entries one event may have, and how many values a Tree: each takes many times the bytes
// that it may have in the text. Real events stay far below: API Gateway takes 10 KB of header
// fields.
inline constexpr std::size_t most_entries = 20'000;

// Every member that is looked at; the names are in envelope.cpp.
enum class Member : std::uint8_t {
    version,
    resource,
    path,
    http_method,
    headers,
    multi_value_headers,
    query_string_parameters,
    multi_value_query_string_parameters,
    path_parameters,
    stage_variables,
    request_context,
    body,
    is_base64_encoded,
    raw_path,
    raw_query_string,
    cookies,
    route_key,
    lattice_raw_path,
    method,
    lattice_query_string_parameters,
    lattice_is_base64_encoded,
    encoding,
    host,
    payloads,
    request_path,
    records,
    detail_type,
    source,
    type,
    method_arn,
    route_arn,
    action,
    warmer,
    event_source,
    context_elb,
    context_http,
    context_stage,
    context_path,
    context_protocol,
    context_domain_name,
    context_request_id,
    context_identity,
    context_connection_id,
    context_event_type,
    context_service_arn,
    context_service_network_arn,
    context_account_id,
    context_api_id,
    http_context_method,
    http_context_path,
    http_context_protocol,
    http_context_source_ip,
    identity_source_ip,
    record_event_source,
    record_event_source_upper,
    record_cf,
    cf_request,
    cf_response,
    count,
};

// "requestContext.http.method", ...
std::string_view name(Member member) noexcept;

// Owns a copy of the text, in which the strings were unescaped; every view points into it.
class Envelope {
  public:
    // Throws JsonError for text that is not one JSON value, and for a member or a header that
    // stands twice: readers differ in which of the two they believe. Also past most_entries.
    // REQUIRES: `text` and what `place` names outlive this; `text` is shorter than 4 GiB.
    explicit Envelope(std::string_view text, const Place& place = {});

    Envelope(const Envelope&) = delete;
    Envelope& operator=(const Envelope&) = delete;

    const Value& root() const noexcept { return root_; }
    const Value& operator[](Member member) const noexcept {
        return values_[static_cast<std::size_t>(member)];
    }
    bool has(Member member) const noexcept { return (*this)[member].kind != Kind::absent; }

    // The entries of a map or of the list `cookies`, in the order of the text; none if the member
    // is of another kind.
    struct Entries {
        const Entry* first;
        const Entry* last;
        const Entry* begin() const noexcept { return first; }
        const Entry* end() const noexcept { return last; }
        std::size_t size() const noexcept { return static_cast<std::size_t>(last - first); }
    };
    Entries entries(Member member) const noexcept;

    // Of `Records`, whose first element alone is read; of kind `absent` if there is none.
    const Value& second_record() const noexcept { return second_record_; }

    // The text of a value, as it stood.
    std::string_view raw(const Value& value) const noexcept {
        return text_.substr(value.begin, value.end - value.begin);
    }
    std::string_view text() const noexcept { return text_; }
    const Place& place() const noexcept { return place_; }

    // True if somewhere in requestContext, pathParameters or stageVariables, which are parsed later
    // if at all, a member may stand twice or a number be too large. check_parts() finds out.
    bool is_suspect() const noexcept { return is_suspect_; }

  private:
    class Reader;
    struct Range {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
    };
    static constexpr std::size_t maps = 7;

    std::string_view text_;
    Place place_;
    bool is_suspect_ = false;
    std::unique_ptr<char[]> buffer_;
    Value root_;
    Value second_record_;
    std::array<Value, static_cast<std::size_t>(Member::count)> values_{};
    std::array<Range, maps> ranges_{};
    std::vector<Entry> entries_;
};

}  // namespace turngate::events
