// Records, what a FastCGI connection is made of (FastCGI 1.0 section 3.3), and their reader.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turngate::fcgi {

// Section 8. A record may hold any other number, too.
enum class Type : std::uint8_t {
    begin_request = 1,
    abort_request = 2,
    end_request = 3,
    params = 4,
    standard_input = 5,
    standard_output = 6,
    standard_error = 7,
    data = 8,
    get_values = 9,
    get_values_result = 10,
    unknown_type = 11,
};

// Section 5.1. A record may hold any other number, too.
enum class Role : std::uint16_t { responder = 1, authorizer = 2, filter = 3 };

// Section 5.5. A record may hold any other number, too.
enum class ProtocolStatus : std::uint8_t {
    request_complete = 0,
    cannot_multiplex = 1,
    overloaded = 2,
    unknown_role = 3,
};

inline constexpr std::size_t header_size = 8;
inline constexpr std::size_t max_content = 65'535;  // of one record, in bytes

struct Header {
    Type type{};
    std::uint16_t request_id = 0;  // 0: about the connection (section 3.3)
    std::uint16_t content_size = 0;
    std::uint8_t padding_size = 0;

    friend bool operator==(const Header&, const Header&) = default;
};

// What FCGI_BEGIN_REQUEST holds (section 5.1).
struct BeginRequest {
    Role role{};
    bool keeps_connection = false;  // else the application closes it behind the response
};

// What FCGI_END_REQUEST holds (section 5.5). Its reserved bytes are not looked at: php-fpm leaves
// them as they were.
struct EndRequest {
    std::uint32_t app_status = 0;
    ProtocolStatus protocol_status{};
};

// Absent unless `content` has the 8 bytes that it must.
std::optional<BeginRequest> read_begin_request(std::string_view content) noexcept;
std::optional<EndRequest> read_end_request(std::string_view content) noexcept;

// Takes a connection's bytes apart. Holds no content: the most it remembers is one header and a
// record as short as FCGI_BEGIN_REQUEST is.
class RecordReader {
  public:
    enum class Result { more, piece, failed };

    // Some of one record.
    struct Piece {
        Header header;
        std::string_view content;  // the next bytes of it, perhaps none
        bool is_last = true;       // no more of this record's content comes
    };

    // Takes bytes from the front of `bytes` and says what they are. `piece`: a piece of a record,
    // of which `content` is a view into what was taken or into this, until the next call; one with
    // up to 8 bytes of content comes in one piece. `more`: all bytes are taken, and nothing can
    // be said of them yet. `failed`: this is not FastCGI, now and for ever.
    Result next(std::string_view& bytes, Piece& piece);

    // REQUIRES: next() said `failed`.
    const std::string& error() const { return error_; }

    // Between two records: nothing has come of the next one, nor is anything due of the last.
    bool is_between() const noexcept {
        return held_size_ == 0 && content_left_ == 0 && padding_left_ == 0;
    }

  private:
    static constexpr std::size_t short_content = 8;

    static std::size_t needed(const char* bytes, std::size_t size) noexcept;
    Result begin(const char* record, std::size_t size, Piece& piece);
    Result take_content(std::string_view& bytes, Piece& piece) noexcept;
    Result gather(std::string_view& bytes, Piece& piece);

    Header header_;
    std::size_t content_left_ = 0;
    std::size_t padding_left_ = 0;
    std::array<char, header_size + short_content> held_;  // what came of a header and short record
    std::size_t held_size_ = 0;
    bool is_held_taken_ = false;  // the last piece was a view into `held_`
    std::string error_;
};

}  // namespace turngate::fcgi
