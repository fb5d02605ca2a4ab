// Writes records (FastCGI 1.0 sections 3.3, 4 and 5), without padding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <turngate/fcgi/pairs.h>
#include <turngate/fcgi/record.h>

namespace turngate::fcgi {

using HeaderBytes = std::array<char, header_size>;

// The header of a record whose content the caller sends behind it. REQUIRES: `content_size` is at
// most max_content.
HeaderBytes record_header(Type type, std::uint16_t request_id, std::size_t content_size) noexcept;

// Each appends to `out`.
void append_begin_request(std::string& out, std::uint16_t request_id, const BeginRequest& begin);
void append_end_request(std::string& out, std::uint16_t request_id, const EndRequest& end);
void append_unknown_type(std::string& out, Type type);
// REQUIRES: they fit into one record.
void append_get_values_result(std::string& out, std::span<const Pair> values);

// Some of a stream, in as many records as it takes; nothing of `content` if it is empty, for an
// empty record ends the stream.
void append_stream(std::string& out, Type type, std::uint16_t request_id, std::string_view content);
void append_end_of_stream(std::string& out, Type type, std::uint16_t request_id);

// Appends the whole stream FCGI_PARAMS, in records that each hold whole pairs: php-fpm reads every
// record by itself.
class ParamsWriter {
  public:
    // `out` must outlive this.
    ParamsWriter(std::string& out, std::uint16_t request_id) : out_(out), request_id_(request_id) {}

    // Throws HttpError(431) that names the variable if it does not fit into a record.
    void add(std::string_view name, std::string_view value);

    // Ends the stream. Call once, last.
    void finish();

  private:
    void end_record() noexcept;

    std::string& out_;
    const std::uint16_t request_id_;
    std::size_t record_ = 0;  // where the open one begins
    bool is_open_ = false;
};

}  // namespace turngate::fcgi
