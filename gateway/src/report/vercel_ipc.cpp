// A reporter whose every call is a frame.
#include "report/vercel_ipc.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <utility>

#include "observe/log_sink.h"
#include "observe/process_facts.h"
#include "report/crash_drain.h"
#include "report/line_level.h"
#include "report/vercel_frames.h"
#include "stderr_reporter.h"
#include <turngate/http/encoding.h>
#include <turngate/http/serve.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

using vercel::Invocation;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds last_words{100};
// With a standard error that nobody reads; Vercel kills soon.
constexpr std::chrono::milliseconds last_patience{20};
constexpr std::size_t kept_buffer = 64 * 1024;
constexpr std::size_t crash_block = 4096;  // of base64

// Who has logs that wait, should a handler call exit() while it is opened, or crash.
std::atomic<VercelIpc*> holder = nullptr;

// Each thread's own, so that a frame takes no memory of its own. Another one where that has gone
// already: what is destroyed at the end of a thread, or by exit(), may print.
std::string& empty_frame() {
    thread_local std::string* frame = nullptr;
    thread_local const struct Owner {
        ~Owner() { delete std::exchange(frame, nullptr); }
    } owner;
    if (!frame) frame = new std::string;
    if (frame->capacity() > kept_buffer) *frame = {};
    frame->clear();
    return *frame;
}

// 0, or an errno. A path that begins with '@' is none of a file system.
int connect_now(int socket, const std::string& path) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return errno;
    return 0;
}

const Invocation* invocation(const Context& context) {
    return context.find<Invocation>();
}

}  // namespace

VercelIpc::VercelIpc(VercelIpcOptions options)
    : options_(std::move(options)),
      fallback_(stderr_reporter(options_.form, options_.error_output)) {
    if (options_.path.empty()) return;
    os::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int error = socket ? connect_now(socket.get(), options_.path) : errno;
    if (error != 0 && error != EAGAIN) {
        say_unconnected(error);
        return;
    }
    FrameChannel::Connect connect;
    if (error == EAGAIN)
        connect = [this, until = Clock::now() + options_.connect_patience](int fd) {
            const int again = connect_now(fd, options_.path);
            if (again == 0 || (again == EAGAIN && Clock::now() < until)) return again;
            say_unconnected(again);
            return ETIMEDOUT;
        };
    channel_ = std::make_unique<FrameChannel>(
        std::move(socket),
        FrameFate{.dropped = [this](std::uint64_t frames) { return tell_dropped(frames); },
                  .lost = [this](std::string_view frames) { return lose(frames); }},
        options_.bounds, std::move(connect));
    [[maybe_unused]] static const int hooked = std::atexit(at_exit);
    crash_block_.reserve(crash_block);
    call_at_crash(at_crash);
    holder = this;
}

VercelIpc::~VercelIpc() {
    release_held();
    channel_.reset();  // its thread may call us
}

void VercelIpc::say_unconnected(int error) noexcept try {
    has_said_gone_ = true;
    fallback_->logged(Context(), Level::warn,
                      "cannot connect to VERCEL_IPC_PATH=" + options_.path + ": " +
                          std::generic_category().message(error) +
                          ": logs go to standard error, and the platform is told nothing");
} catch (...) {  // no memory
}

void VercelIpc::release_held() noexcept {
    VercelIpc* const ipc = holder.exchange(nullptr);
    if (!ipc) return;
    const std::lock_guard lock(ipc->start_);
    ipc->print(ipc->held_.take_text());
}

void VercelIpc::at_exit() noexcept {
    VercelIpc* const ipc = holder;
    if (!ipc || !ipc->has_listener()) return;
    release_held();
    ipc->flush(last_words);
}

// In a signal handler.
void VercelIpc::at_crash() noexcept {
    VercelIpc* const ipc = holder;
    if (!ipc || !ipc->has_listener()) return;
    if (lock_at_crash(ipc->start_)) {
        write_at_crash(ipc->options_.error_output, ipc->held_.text());
        ipc->start_.unlock();
    }
    std::string_view frames = ipc->channel_->seize();
    while (!frames.empty()) {
        const std::string_view frame = frames.substr(0, frames.find('\0'));
        frames.remove_prefix(std::min(frames.size(), frame.size() + 1));
        const auto message = vercel::log_message(frame);
        if (message && !ipc->print_decoded(*message)) return;
    }
}

// In a signal handler: block by block, in memory that is there already. False where nobody reads.
bool VercelIpc::print_decoded(std::string_view base64) noexcept {
    bool ends_line = false;
    while (!base64.empty()) {
        crash_block_.clear();
        base64_decode_to(crash_block_, base64.substr(0, crash_block));
        base64.remove_prefix(std::min(base64.size(), crash_block));
        if (!write_at_crash(options_.error_output, crash_block_)) return false;
        ends_line = crash_block_.ends_with('\n');
    }
    return ends_line || write_at_crash(options_.error_output, "\n");
}

void VercelIpc::began(const Context& context) {
    unended_.fetch_add(1, std::memory_order_relaxed);
    const Invocation* const known = invocation(context);
    if (!has_listener() || !known || !options_.handler_started) return;
    std::string& frame = empty_frame();
    vercel::append_handler_started(frame, known, std::chrono::system_clock::now());
    channel_->send(frame, FrameChannel::Kind::needed);
}

void VercelIpc::logged(const Context& context, Level level, std::string_view message) {
    if (level < options_.form.level) return;
    if (!tell(context, level, message)) fallback_->logged(context, level, message);
}

void VercelIpc::printed(const Context& context, Stream stream, std::string_view text) {
    const auto level = level_of_line(text);
    if (!(level ? tell(context, *level, text) : tell(context, stream, text)))
        fallback_->printed(context, stream, text);
}

void VercelIpc::fetched(const Context& context, const FetchMetric& metric) {
    const Invocation* const known = invocation(context);
    if (!has_listener() || !known || !options_.fetch_metrics) return;
    std::string& frame = empty_frame();
    vercel::append_fetch(frame, known, metric);
    channel_->send(frame, FrameChannel::Kind::droppable);
}

// A switched connection has had its end.
void VercelIpc::ended(const Context& context, const Outcome& outcome) {
    if (outcome.status != 101) tell_end(context);
    unended_.fetch_sub(1, std::memory_order_release);
}

void VercelIpc::switched(const Context& context) {
    tell_end(context);
}

void VercelIpc::tell_end(const Context& context) {
    const Invocation* const known = invocation(context);
    if (!has_listener() || !known) return;
    std::string& frame = empty_frame();
    vercel::append_end(frame, known);
    channel_->send(frame, FrameChannel::Kind::needed);
}

void VercelIpc::server_started(std::uint16_t port) {
    if (!channel_) return;
    const std::lock_guard lock(start_);
    std::string& frame = empty_frame();
    vercel::append_server_started(frame, process_age(), port);
    channel_->send(frame, FrameChannel::Kind::needed);
    // All of it was promised.
    const std::string& frames = held_.frames();
    const bool is_told = frames.empty() || channel_->send(frames, FrameChannel::Kind::needed);
    const std::string text = held_.take_text();
    if (!is_told) {
        say_gone();
        print(text);
    }
    is_started_ = true;
}

void VercelIpc::unrecoverable_error(int exit_code, std::string_view message) {
    if (!channel_) return;
    std::string& frame = empty_frame();
    vercel::append_unrecoverable_error(frame, exit_code, message);
    channel_->send(frame, FrameChannel::Kind::needed);
    release_held();
    flush(last_words);
}

void VercelIpc::flush(std::chrono::milliseconds patience) {
    if (!channel_) return;
    const bool is_read = channel_->end(patience);
    const std::uint64_t dropped = channel_->take_dropped();
    if (dropped == 0) return;
    const std::string frame = tell_dropped(dropped);
    if (is_read) channel_->send(frame, FrameChannel::Kind::needed);
}

// False if nobody listens.
template <class Source>
bool VercelIpc::tell(const Context& context, Source source, std::string_view text) {
    if (fork_depth() != depth_) {  // and fallback_ has lost its thread
        print(as_lines(text));
        return true;
    }
    if (!channel_) return false;
    std::string& frame = empty_frame();
    vercel::append_log(frame, invocation(context), source, text);
    return deliver(frame, text);
}

bool VercelIpc::deliver(std::string_view frame, std::string_view text) {
    // It would leave no room in the queue for the ends of requests, and without those the platform
    // counts as dead.
    if (frame.size() > options_.bounds.all / 2) {
        print(as_lines(text));
        return true;
    }
    if (!is_started_) {
        const std::lock_guard lock(start_);
        if (!is_started_) {
            if (!held_.keep(frame, text)) print(as_lines(text));
            return true;
        }
    }
    if (channel_->send(frame, FrameChannel::Kind::droppable)) return true;
    say_gone();
    return false;
}

void VercelIpc::say_gone() {
    if (!has_said_gone_.exchange(true))
        fallback_->logged(Context(), Level::warn,
                          "nobody reads VERCEL_IPC_PATH any more: logs go to standard error");
}

// Prints the logs among `frames`; the number of logs that nobody took, and of metrics.
std::uint64_t VercelIpc::lose(std::string_view frames) noexcept {
    std::uint64_t lost = 0;
    LogSink errors(options_.error_output, last_patience);
    while (!frames.empty()) {
        const std::string_view frame = frames.substr(0, frames.find('\0'));
        frames.remove_prefix(std::min(frames.size(), frame.size() + 1));
        try {
            if (const auto text = vercel::log_text(frame)) {
                say_gone();
                if (!errors.write(as_lines(*text))) ++lost;
            } else if (vercel::is_fetch(frame)) {
                ++lost;
            }
        } catch (...) {  // no memory
            ++lost;
        }
    }
    return lost;
}

// To standard error at once; the frame is for the platform.
std::string VercelIpc::tell_dropped(std::uint64_t frames) {
    const std::string message =
        std::to_string(frames) + " log and metric frames were dropped: nobody read them";
    fallback_->logged(Context(), Level::warn, message);
    std::string frame;
    vercel::append_log(frame, nullptr, Level::warn, message);
    return frame;
}

void VercelIpc::print(std::string_view text) noexcept {
    try {
        os::write_whole(options_.error_output, text);
    } catch (...) {  // closed: there is nobody left to tell
    }
}

}  // namespace turngate
