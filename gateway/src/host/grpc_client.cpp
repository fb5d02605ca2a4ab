// nghttp2 between a socket that is waited for and one stream.
#include "host/grpc_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include <turngate/http/encoding.h>

namespace turngate::host {
namespace {

using openedge::GrpcError;
using openedge::GrpcStatus;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_received = 64u << 20;
constexpr std::int32_t window = 1 << 24;

// What comes of one call.
struct Answer {
    std::string_view unsent = {};  // of the request's body
    std::string http_status = {};
    std::string type = {};
    std::string status = {};
    std::string message = {};
    std::string body = {};
    bool is_closed = false;
};

nghttp2_nv field(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

Answer* answer_of(nghttp2_session* session, std::int32_t stream) {
    return static_cast<Answer*>(nghttp2_session_get_stream_user_data(session, stream));
}

int on_header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void*) noexcept {
    Answer* const answer = answer_of(session, frame->hd.stream_id);
    if (!answer) return 0;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") answer->http_status = text;
    if (key == "content-type") answer->type = text;
    if (key == "grpc-status") answer->status = text;
    if (key == "grpc-message") answer->message = text;
    return 0;
}

int on_data(nghttp2_session* session, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
            std::size_t size, void*) noexcept {
    Answer* const answer = answer_of(session, stream);
    if (!answer) return 0;
    if (answer->body.size() + size > most_received) return NGHTTP2_ERR_CALLBACK_FAILURE;
    answer->body.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
}

int on_close(nghttp2_session* session, std::int32_t stream, std::uint32_t, void*) noexcept {
    if (Answer* const answer = answer_of(session, stream)) answer->is_closed = true;
    return 0;
}

ssize_t more_of_request(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t room,
                        std::uint32_t* flags, nghttp2_data_source* source, void*) noexcept {
    std::string_view& unsent = static_cast<Answer*>(source->ptr)->unsent;
    const std::size_t size = unsent.copy(reinterpret_cast<char*>(into), room);
    unsent.remove_prefix(size);
    if (unsent.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
}

GrpcStatus status_of(std::string_view text) {
    int number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end ? static_cast<GrpcStatus>(number)
                                               : GrpcStatus::unknown;
}

// The message in the body. Throws GrpcError for an answer that is no message.
std::string message_of(Answer answer) {
    if (answer.status.empty() && answer.http_status.empty())
        throw GrpcError(GrpcStatus::unavailable, "the server reset the stream");
    if (answer.status.empty())
        throw GrpcError(
            answer.http_status == "503" ? GrpcStatus::unavailable : GrpcStatus::internal,
            "the answer is not gRPC's: HTTP status " + answer.http_status + ", content-type \"" +
                answer.type + '"');
    if (const GrpcStatus status = status_of(answer.status); status != GrpcStatus::ok)
        throw GrpcError(status, percent_decode(answer.message));
    Body body(std::move(answer.body));
    return openedge::read_grpc_message(body, most_received, {});
}

}  // namespace

class GrpcClient::Connection {
  public:
    explicit Connection(os::Fd socket) : socket_(std::move(socket)) {
        os::set_nonblocking(socket_.get());
        nghttp2_session_callbacks* callbacks = nullptr;
        if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        const int failed = nghttp2_session_client_new(&session_, callbacks, nullptr);
        nghttp2_session_callbacks_del(callbacks);
        if (failed != 0) throw std::bad_alloc();
        const nghttp2_settings_entry settings = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &settings, 1);
        nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, window);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { nghttp2_session_del(session_); }

    std::string call(std::string_view path, std::string_view message,
                     std::chrono::milliseconds timeout) {
        const auto prefix = openedge::grpc_prefix(static_cast<std::uint32_t>(message.size()));
        const std::string body = std::string(prefix.data(), prefix.size()).append(message);
        const std::string limit =
            std::to_string(std::min<std::int64_t>(timeout.count(), 99'999'999)) + 'm';
        const std::array fields = {field(":method", "POST"),
                                   field(":scheme", "http"),
                                   field(":path", path),
                                   field(":authority", "localhost"),
                                   field("content-type", "application/grpc"),
                                   field("te", "trailers"),
                                   field("grpc-timeout", limit)};
        Answer answer{.unsent = body};
        nghttp2_data_provider source{};
        source.source.ptr = &answer;
        source.read_callback = more_of_request;
        const std::int32_t stream = nghttp2_submit_request(session_, nullptr, fields.data(),
                                                           fields.size(), &source, &answer);
        if (stream < 0) throw GrpcError(GrpcStatus::unavailable, "transport is closing");
        const auto until = Clock::now() + timeout;
        while (!answer.is_closed)
            if (!exchange(until)) {
                nghttp2_session_set_stream_user_data(session_, stream, nullptr);
                nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
                try {
                    send();
                } catch (const std::system_error&) {  // it need not hear of it
                }
                throw GrpcError(GrpcStatus::deadline_exceeded, "context deadline exceeded");
            }
        return message_of(std::move(answer));
    }

  private:
    // As much as fits.
    void send() {
        for (;;) {
            if (unsent_.empty()) {
                const std::uint8_t* data = nullptr;
                const ssize_t size = nghttp2_session_mem_send(session_, &data);
                if (size < 0) throw GrpcError(GrpcStatus::internal, "the connection is unusable");
                if (size == 0) return;
                unsent_.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
            }
            const std::size_t sent = os::write_some(socket_.get(), unsent_);
            if (sent == 0) return;
            unsent_.erase(0, sent);
        }
    }

    // Sends what there is, as far as it fits, and takes what comes; false after `until`.
    bool exchange(Clock::time_point until) {
        try {
            send();
        } catch (const std::system_error&) {
            throw GrpcError(GrpcStatus::unavailable, "transport is closing");
        }
        const bool is_full = !unsent_.empty();
        pollfd poll{socket_.get(), static_cast<short>(is_full ? POLLIN | POLLOUT : POLLIN), 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) return false;
        if (::poll(&poll, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000))) <= 0)
            return Clock::now() < until;
        std::array<std::uint8_t, 64 * 1024> block;
        const ssize_t size = ::recv(socket_.get(), block.data(), block.size(), MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        if (size <= 0 ||
            nghttp2_session_mem_recv(session_, block.data(), static_cast<std::size_t>(size)) < 0)
            throw GrpcError(GrpcStatus::unavailable, "transport is closing");
        return true;
    }

    os::Fd socket_;
    nghttp2_session* session_ = nullptr;
    std::string unsent_;  // of what nghttp2 has handed out
};

GrpcClient::GrpcClient(os::Fd socket)
    : connection_(std::make_unique<Connection>(std::move(socket))) {}
GrpcClient::GrpcClient(GrpcClient&&) noexcept = default;
GrpcClient& GrpcClient::operator=(GrpcClient&&) noexcept = default;
GrpcClient::~GrpcClient() = default;

std::string GrpcClient::call(std::string_view path, std::string_view message,
                             std::chrono::milliseconds timeout) {
    return connection_->call(path, message, timeout);
}

}  // namespace turngate::host
