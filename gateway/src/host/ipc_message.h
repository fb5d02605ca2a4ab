// What a function says to Vercel's router: frames of JSON on a Unix socket, one way.
//
// The protocol has no written specification; the rules are those of Vercel's own runtimes (the
// Python runtime, the Go proxy and the Rust crate of 2026).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate::host {

// Which request a frame is about.
struct IpcContext {
    std::string invocation_id;
    std::uint64_t request_id = 0;

    // "0" and 0: about none.
    bool is_outside() const noexcept { return invocation_id == "0" && request_id == 0; }
};

struct IpcMessage {
    enum class Type { server_started, handler_started, log, metric, end, unrecoverable_error };

    Type type{};
    IpcContext context{};                // of all but server_started and unrecoverable_error
    int port = 0;                        // of server_started: where its HTTP server listens
    std::int64_t init_ms = 0;            // of server_started
    std::string origin{};                // of log: a level or a stream
    std::string text{};                  // of log, decoded; of unrecoverable_error
    FetchMetric metric{};                // of metric
    std::optional<std::string> error{};  // of end
    int exit_code = 0;                   // of unrecoverable_error
};

// Throws Error, one sentence, that names the member which breaks the protocol and how.
IpcMessage read_ipc_message(std::string_view frame);

// Takes a stream apart at the NULs behind its frames.
class FrameSplitter {
  public:
    static constexpr std::size_t longest = 16u << 20;  // bytes of a frame

    void feed(std::string_view bytes);

    // The next whole frame, without its NUL; absent if there is none. Valid until feed(). Throws
    // Error once the next one has more than `longest` bytes.
    std::optional<std::string_view> next();

    // The beginning of a frame that has not come whole.
    bool has_rest() const noexcept { return taken_ < bytes_.size(); }

  private:
    std::string bytes_;
    std::size_t taken_ = 0;
    std::size_t searched_ = 0;  // no NUL before it
};

}  // namespace turngate::host
