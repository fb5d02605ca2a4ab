// Records as bytes.
#include <algorithm>
#include <cassert>
#include <cstring>
#include <fastcgi.h>

#include <turngate/fcgi/write.h>
#include <turngate/http/error.h>

namespace turngate::fcgi {
namespace {

constexpr unsigned char byte(std::size_t number, unsigned shift) noexcept {
    return static_cast<unsigned char>(number >> shift);
}

template <class Body>
void append_record(std::string& out, Type type, std::uint16_t request_id, const Body& body) {
    const HeaderBytes header = record_header(type, request_id, sizeof body);
    out.append(header.data(), header.size());
    out.append(reinterpret_cast<const char*>(&body), sizeof body);
}

}  // namespace

HeaderBytes record_header(Type type, std::uint16_t request_id, std::size_t content_size) noexcept {
    assert(content_size <= max_content);
    const FCGI_Header raw = {.version = FCGI_VERSION_1,
                             .type = static_cast<unsigned char>(type),
                             .requestIdB1 = byte(request_id, 8),
                             .requestIdB0 = byte(request_id, 0),
                             .contentLengthB1 = byte(content_size, 8),
                             .contentLengthB0 = byte(content_size, 0),
                             .paddingLength = 0,
                             .reserved = 0};
    HeaderBytes out;
    std::memcpy(out.data(), &raw, sizeof raw);
    return out;
}

void append_begin_request(std::string& out, std::uint16_t request_id, const BeginRequest& begin) {
    FCGI_BeginRequestBody body{};
    body.roleB1 = byte(static_cast<std::size_t>(begin.role), 8);
    body.roleB0 = byte(static_cast<std::size_t>(begin.role), 0);
    body.flags = begin.keeps_connection ? FCGI_KEEP_CONN : 0;
    append_record(out, Type::begin_request, request_id, body);
}

void append_end_request(std::string& out, std::uint16_t request_id, const EndRequest& end) {
    FCGI_EndRequestBody body{};
    body.appStatusB3 = byte(end.app_status, 24);
    body.appStatusB2 = byte(end.app_status, 16);
    body.appStatusB1 = byte(end.app_status, 8);
    body.appStatusB0 = byte(end.app_status, 0);
    body.protocolStatus = static_cast<unsigned char>(end.protocol_status);
    append_record(out, Type::end_request, request_id, body);
}

void append_unknown_type(std::string& out, Type type) {
    FCGI_UnknownTypeBody body{};
    body.type = static_cast<unsigned char>(type);
    append_record(out, Type::unknown_type, FCGI_NULL_REQUEST_ID, body);
}

void append_get_values_result(std::string& out, std::span<const Pair> values) {
    std::string content;
    for (const Pair& pair : values)
        append_pair(content, pair.name, pair.value);
    const HeaderBytes header =
        record_header(Type::get_values_result, FCGI_NULL_REQUEST_ID, content.size());
    out.append(header.data(), header.size()).append(content);
}

void append_stream(std::string& out, Type type, std::uint16_t request_id,
                   std::string_view content) {
    while (!content.empty()) {
        const std::string_view piece = content.substr(0, max_content);
        const HeaderBytes header = record_header(type, request_id, piece.size());
        out.append(header.data(), header.size()).append(piece);
        content.remove_prefix(piece.size());
    }
}

void append_end_of_stream(std::string& out, Type type, std::uint16_t request_id) {
    const HeaderBytes header = record_header(type, request_id, 0);
    out.append(header.data(), header.size());
}

void ParamsWriter::add(std::string_view name, std::string_view value) {
    const std::size_t size = pair_size(name, value);
    if (size > max_content)
        throw HttpError(431, "the FastCGI variable " + std::string(name.substr(0, 256)) +
                                 " would take " + std::to_string(size) +
                                 " bytes, and a record holds at most " +
                                 std::to_string(max_content));
    if (is_open_ && out_.size() - record_ - header_size + size > max_content) end_record();
    if (!is_open_) {
        record_ = out_.size();
        out_.append(header_size, '\0');
        is_open_ = true;
    }
    append_pair(out_, name, value);
}

void ParamsWriter::end_record() noexcept {
    const HeaderBytes header =
        record_header(Type::params, request_id_, out_.size() - record_ - header_size);
    std::memcpy(out_.data() + record_, header.data(), header.size());
    is_open_ = false;
}

void ParamsWriter::finish() {
    if (is_open_) end_record();
    append_end_of_stream(out_, Type::params, request_id_);
}

}  // namespace turngate::fcgi
