// A client of HTTP/2 that sends what it is told, well-formed or not: frames are made by hand, and
// only the fields that come back are decoded, by nghttp2.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/os/fd.h>

struct nghttp2_hd_inflater;

namespace turngate::test::http2 {

enum Type : std::uint8_t {
    data,
    headers,
    priority,
    rst_stream,
    settings,
    push_promise,
    ping,
    goaway,
    window_update,
    continuation
};
inline constexpr std::uint8_t end_stream = 1, ack = 1, end_headers = 4;
inline constexpr std::uint32_t enhance_your_calm = 11;

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

std::string number(std::uint32_t value);
std::string frame(Type type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload = {});
// Literals that are not indexed nor compressed.
std::string block(const Fields& fields);
// What a request begins with, and then these.
Fields request(std::string_view method, std::string_view path, const Fields& more = {});
// The preface and empty settings.
std::string hello();
// A whole request in one or two frames.
std::string ask(std::uint32_t stream, const Fields& fields, std::string_view body = {});

struct Answer {
    Fields fields;  // with ":status"
    Fields trailers;
    std::vector<Fields> interim;
    std::string body;
    bool is_complete = false;
    std::optional<std::uint32_t> reset;  // the error

    std::string get(std::string_view name) const;
    std::string status() const { return get(":status"); }
};

class Client {
  public:
    explicit Client(os::Fd fd, std::string_view first = hello());
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    int fd() const { return fd_.get(); }
    void send(std::string_view bytes);
    // The same, though the server may have gone.
    bool try_to_send(std::string_view bytes);

    // Reads until the stream has ended, or the connection.
    Answer& answer(std::uint32_t stream);

    // Reads one frame; false at the end, also if that is a reset, or when nothing has come for
    // long.
    bool read();
    void read_to_end() {
        while (read()) {
        }
    }
    // Reads until a GOAWAY with an error or a last stream; absent at the end.
    std::optional<std::uint32_t> error_of_goaway();

    std::vector<std::pair<std::uint32_t, std::uint32_t>> goaways;  // last stream, error
    std::map<std::uint32_t, Answer> answers;
    bool has_timed_out = false;
    bool gives_windows = true;  // as much as came

  private:
    bool receive(std::span<char> into);
    void take_fields(std::uint32_t stream, std::string_view payload);

    os::Fd fd_;
    nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace turngate::test::http2
