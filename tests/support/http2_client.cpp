// Frames of HTTP/2 (RFC 9113 section 4.1) and literal fields (RFC 7541 section 6.2.2).
#include "support/http2_client.h"

#include <nghttp2/nghttp2.h>
#include <stdexcept>
#include <sys/socket.h>

#include <turngate/os/socket.h>

namespace turngate::test::http2 {
namespace {

std::uint32_t read_number(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes)
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::string literal(std::string_view text) {
    std::string out;
    if (text.size() < 127) {
        out += static_cast<char>(text.size());
    } else {
        out += '\x7f';
        std::size_t rest = text.size() - 127;
        for (; rest >= 128; rest /= 128)
            out += static_cast<char>(rest % 128 + 128);
        out += static_cast<char>(rest);
    }
    return out.append(text);
}

}  // namespace

std::string number(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xFF);
    return out;
}

std::string frame(Type type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    std::string out = number(static_cast<std::uint32_t>(payload.size())).substr(1);
    out += static_cast<char>(type);
    out += static_cast<char>(flags);
    return out.append(number(stream)).append(payload);
}

std::string block(const Fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields)
        out.append(1, '\0').append(literal(name)).append(literal(value));
    return out;
}

Fields request(std::string_view method, std::string_view path, const Fields& more) {
    Fields fields = {{":method", std::string(method)},
                     {":scheme", "http"},
                     {":path", std::string(path)},
                     {":authority", "example.com"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

std::string hello() {
    return std::string(preface) + frame(settings, 0, 0);
}

std::string ask(std::uint32_t stream, const Fields& fields, std::string_view body) {
    const std::uint8_t flags = body.empty() ? end_headers | end_stream : end_headers;
    std::string out = frame(headers, flags, stream, block(fields));
    if (!body.empty()) out += frame(data, end_stream, stream, body);
    return out;
}

std::string Answer::get(std::string_view name) const {
    for (const auto& [known, value] : fields)
        if (known == name) return value;
    return {};
}

Client::Client(os::Fd fd, std::string_view first) : fd_(std::move(fd)) {
    const timeval limit = {20, 0};  // far more than anything takes: a test that hangs must fail
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (nghttp2_hd_inflate_new(&inflater_) != 0) throw std::bad_alloc();
    send(first);
}

Client::~Client() {
    nghttp2_hd_inflate_del(inflater_);
}

void Client::send(std::string_view bytes) {
    if (!try_to_send(bytes)) throw std::runtime_error("the server has closed the connection");
}

bool Client::try_to_send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool Client::receive(std::span<char> into) {
    while (!into.empty()) {
        const ssize_t n = ::recv(fd_.get(), into.data(), into.size(), 0);
        if (n < 0 && errno == EAGAIN) has_timed_out = true;
        if (n <= 0) return false;
        into = into.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

bool Client::read() {
    std::string head(9, '\0');
    if (!receive(head)) return false;
    std::string payload(read_number(head.substr(0, 3)), '\0');
    if (!receive(payload)) return false;
    const auto flags = static_cast<std::uint8_t>(head[4]);
    const std::uint32_t stream = read_number(head.substr(5));
    switch (head[3]) {
        case data:
            answers[stream].body += payload;
            if (gives_windows && !payload.empty()) {
                const std::string size = number(static_cast<std::uint32_t>(payload.size()));
                try_to_send(frame(window_update, 0, 0, size) +
                            frame(window_update, 0, stream, size));
            }
            break;
        case headers:
            take_fields(stream, payload);
            break;
        case rst_stream:
            answers[stream].reset = read_number(payload);
            return true;
        case settings:
            if ((flags & ack) == 0) try_to_send(frame(settings, ack, 0));
            return true;
        case goaway:
            goaways.emplace_back(read_number(payload.substr(0, 4)),
                                 read_number(payload.substr(4, 4)));
            return true;
        default:
            return true;
    }
    if ((flags & end_stream) != 0) answers[stream].is_complete = true;
    return true;
}

// Responses of tests fit into one frame.
void Client::take_fields(std::uint32_t stream, std::string_view payload) {
    Fields fields;
    const auto* in = reinterpret_cast<const std::uint8_t*>(payload.data());
    for (std::size_t left = payload.size();;) {
        nghttp2_nv field{};
        int flags = 0;
        const ssize_t n = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in, left, 1);
        if (n < 0) throw std::runtime_error("the fields of the server are broken");
        in += n;
        left -= static_cast<std::size_t>(n);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
            fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                                std::string(reinterpret_cast<char*>(field.value), field.valuelen));
        if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    }
    nghttp2_hd_inflate_end_headers(inflater_);
    Answer& answer = answers[stream];
    if (!fields.empty() && fields.front().first == ":status" && fields.front().second[0] == '1')
        answer.interim.push_back(std::move(fields));
    else if (answer.fields.empty())
        answer.fields = std::move(fields);
    else
        answer.trailers = std::move(fields);
}

Answer& Client::answer(std::uint32_t stream) {
    for (;;) {
        Answer& answer = answers[stream];
        if (answer.is_complete || answer.reset || !read()) return answer;
    }
}

std::optional<std::uint32_t> Client::error_of_goaway() {
    while (goaways.empty() || goaways.back().first == 0x7FFF'FFFF)
        if (!read()) return std::nullopt;
    return goaways.back().second;
}

}  // namespace turngate::test::http2
