// Cuts a byte stream into records.
#include <algorithm>
#include <cstring>
#include <fastcgi.h>
#include <utility>

#include <turngate/fcgi/record.h>

namespace turngate::fcgi {
namespace {

constexpr bool is(Type type, int number) {
    return static_cast<int>(type) == number;
}

static_assert(header_size == FCGI_HEADER_LEN && header_size == sizeof(FCGI_Header));
static_assert(max_content == FCGI_MAX_LENGTH);
static_assert(is(Type::begin_request, FCGI_BEGIN_REQUEST));
static_assert(is(Type::abort_request, FCGI_ABORT_REQUEST));
static_assert(is(Type::end_request, FCGI_END_REQUEST));
static_assert(is(Type::params, FCGI_PARAMS));
static_assert(is(Type::standard_input, FCGI_STDIN));
static_assert(is(Type::standard_output, FCGI_STDOUT));
static_assert(is(Type::standard_error, FCGI_STDERR));
static_assert(is(Type::data, FCGI_DATA));
static_assert(is(Type::get_values, FCGI_GET_VALUES));
static_assert(is(Type::get_values_result, FCGI_GET_VALUES_RESULT));
static_assert(is(Type::unknown_type, FCGI_UNKNOWN_TYPE));
static_assert(static_cast<int>(Role::responder) == FCGI_RESPONDER);
static_assert(static_cast<int>(Role::authorizer) == FCGI_AUTHORIZER);
static_assert(static_cast<int>(Role::filter) == FCGI_FILTER);
static_assert(static_cast<int>(ProtocolStatus::request_complete) == FCGI_REQUEST_COMPLETE);
static_assert(static_cast<int>(ProtocolStatus::cannot_multiplex) == FCGI_CANT_MPX_CONN);
static_assert(static_cast<int>(ProtocolStatus::overloaded) == FCGI_OVERLOADED);
static_assert(static_cast<int>(ProtocolStatus::unknown_role) == FCGI_UNKNOWN_ROLE);

constexpr std::uint16_t number(unsigned char high, unsigned char low) noexcept {
    return static_cast<std::uint16_t>(high << 8 | low);
}

Header read_header(const char* bytes) noexcept {
    FCGI_Header raw;
    std::memcpy(&raw, bytes, sizeof raw);
    return {.type = static_cast<Type>(raw.type),
            .request_id = number(raw.requestIdB1, raw.requestIdB0),
            .content_size = number(raw.contentLengthB1, raw.contentLengthB0),
            .padding_size = raw.paddingLength};
}

}  // namespace

std::optional<BeginRequest> read_begin_request(std::string_view content) noexcept {
    FCGI_BeginRequestBody body;
    if (content.size() != sizeof body) return std::nullopt;
    std::memcpy(&body, content.data(), sizeof body);
    return BeginRequest{.role = static_cast<Role>(number(body.roleB1, body.roleB0)),
                        .keeps_connection = (body.flags & FCGI_KEEP_CONN) != 0};
}

std::optional<EndRequest> read_end_request(std::string_view content) noexcept {
    FCGI_EndRequestBody body;
    if (content.size() != sizeof body) return std::nullopt;
    std::memcpy(&body, content.data(), sizeof body);
    return EndRequest{
        .app_status = static_cast<std::uint32_t>(number(body.appStatusB3, body.appStatusB2)) << 16 |
                      number(body.appStatusB1, body.appStatusB0),
        .protocol_status = static_cast<ProtocolStatus>(body.protocolStatus)};
}

RecordReader::Result RecordReader::next(std::string_view& bytes, Piece& piece) {
    if (!error_.empty()) return Result::failed;
    if (std::exchange(is_held_taken_, false)) held_size_ = 0;
    if (content_left_ > 0) return take_content(bytes, piece);

    const std::size_t skipped = std::min(padding_left_, bytes.size());
    padding_left_ -= skipped;
    bytes.remove_prefix(skipped);
    if (bytes.empty()) return Result::more;

    if (held_size_ == 0 && static_cast<unsigned char>(bytes[0]) != FCGI_VERSION_1) {
        error_ = "a FastCGI record has the version " +
                 std::to_string(static_cast<unsigned char>(bytes[0])) + ", and only 1 is known";
        return Result::failed;
    }
    if (held_size_ > 0 || bytes.size() < header_size) return gather(bytes, piece);
    const Header header = read_header(bytes.data());
    const std::size_t here = std::min<std::size_t>(bytes.size() - header_size, header.content_size);
    if (here < header.content_size && header.content_size <= short_content)
        return gather(bytes, piece);
    header_ = header;
    padding_left_ = header.padding_size;
    content_left_ = header.content_size - here;
    piece = {header, bytes.substr(header_size, here), content_left_ == 0};
    bytes.remove_prefix(header_size + here);
    return here > 0 || piece.is_last ? Result::piece : Result::more;
}

// How much of a record that begins so must be there before anything is said of it.
std::size_t RecordReader::needed(const char* bytes, std::size_t size) noexcept {
    if (size < header_size) return header_size;
    const std::size_t content = read_header(bytes).content_size;
    return header_size + (content <= short_content ? content : 0);
}

RecordReader::Result RecordReader::begin(const char* record, std::size_t size, Piece& piece) {
    header_ = read_header(record);
    padding_left_ = header_.padding_size;
    content_left_ = header_.content_size - (size - header_size);
    if (content_left_ > 0) return Result::more;
    piece = {header_, {record + header_size, size - header_size}, true};
    return Result::piece;
}

RecordReader::Result RecordReader::take_content(std::string_view& bytes, Piece& piece) noexcept {
    if (bytes.empty()) return Result::more;
    const std::string_view content = bytes.substr(0, content_left_);
    bytes.remove_prefix(content.size());
    content_left_ -= content.size();
    piece = {header_, content, content_left_ == 0};
    return Result::piece;
}

RecordReader::Result RecordReader::gather(std::string_view& bytes, Piece& piece) {
    for (;;) {
        const std::size_t size = needed(held_.data(), held_size_);
        if (held_size_ == size) break;
        if (bytes.empty()) return Result::more;
        const std::size_t taken = std::min(size - held_size_, bytes.size());
        std::memcpy(held_.data() + held_size_, bytes.data(), taken);
        held_size_ += taken;
        bytes.remove_prefix(taken);
    }
    is_held_taken_ = true;
    if (begin(held_.data(), held_size_, piece) == Result::piece) return Result::piece;
    return take_content(bytes, piece);
}

}  // namespace turngate::fcgi
