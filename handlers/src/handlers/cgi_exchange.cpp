// One conversation with a running CGI program. Everything is polled at once: a program that writes
// before it has read, as well as one that reads all first, must not wait for us while we wait for
// it.
#include "cgi_exchange.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <stop_token>
#include <system_error>
#include <unistd.h>

namespace turngate {
namespace {

constexpr std::size_t block_size = 64 * 1024;  // what a pipe holds

// A program that ends is at its end a moment after its output is.
constexpr std::chrono::milliseconds exit_grace{20};

// A pipe holds 1 MiB at most (F_SETPIPE_SZ), 64 KiB by default. Reading more at a time could go on
// for ever.
constexpr int blocks_of_a_pipe = 17;

bool is_gone(const std::system_error& e) {
    return e.code().value() == EPIPE;
}

// Reads once. Absent when there is nothing now; empty at the end.
std::optional<std::string_view> read_now(int fd, std::string& block) {
    const ssize_t n = ::read(fd, block.data(), block.size());
    if (n >= 0) return std::string_view(block).substr(0, static_cast<std::size_t>(n));
    if (errno == EAGAIN || errno == EINTR) return std::nullopt;
    throw std::system_error(errno, std::generic_category(), "reading from a program");
}

int milliseconds_until(Context::Clock::time_point when) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(when - Context::Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

}  // namespace

CgiExchange::CgiExchange(os::Subprocess& child, const std::string& program, Body& body,
                         ResponseWriter& response, const Context& context, CgiTerms terms)
    : child_(child),
      program_(program),
      body_(body),
      response_(response),
      context_(context),
      terms_(terms),
      block_(block_size, '\0'),
      error_(context) {
    os::set_nonblocking(child.in.get());
    os::set_nonblocking(child.out.get());
    os::set_nonblocking(child.err.get());
    if (!body.arrived()) {
        pumping_ = true;
        pump_ = std::thread([this] { pump(); });
    }
}

CgiExchange::~CgiExchange() {
    stop_pump_.signal();
    if (pump_.joinable()) pump_.join();
    error_.finish();
}

std::string CgiExchange::run() {
    const std::stop_callback cancel(context_.stop, [this] { wake_.signal(); });
    while (child_.out) {
        wait();
        if (ended_) break;
    }
    const auto status = child_.wait(exit_grace);
    ended_ = status.has_value();
    read_error();
    conclude(status);
    // The client has its answer even if it is slow to send a body that nobody reads.
    if (pumping_ && local_redirect_.empty()) response_.flush();
    return local_redirect_;
}

// Waits for the next thing to happen, and does it.
void CgiExchange::wait() {
    if (!pump_.joinable() && child_.in) feed_program();
    std::array<pollfd, 5> events = {{{child_.out.get(), POLLIN, 0},
                                     {child_.err.get(), POLLIN, 0},
                                     {pump_.joinable() ? -1 : child_.in.get(), POLLOUT, 0},
                                     {child_.exit_fd(), POLLIN, 0},
                                     {wake_.fd(), POLLIN, 0}}};
    const int n = ::poll(events.data(), events.size(), milliseconds_until(terms_.deadline));
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
    if (context_.stop.stop_requested()) throw Cancelled("the request was cancelled");
    if (Context::Clock::now() >= terms_.deadline)
        throw HttpError(504, "the CGI program " + program_ + " did not finish in time");
    if (std::lock_guard lock(mutex_); pump_failure_) std::rethrow_exception(pump_failure_);
    if (n <= 0) return;
    // Once it has ended, everything it has written is in the pipes. A process that it has started
    // may hold them open: that is not waited for.
    ended_ = events[3].revents != 0;
    if (events[1].revents != 0 || ended_) read_error();
    if (events[0].revents != 0 || ended_) read_output();
}

// Writes as much as the program takes now.
void CgiExchange::feed_program() {
    try {
        for (;;) {
            if (input_.empty()) {
                input_block_.resize(block_size);
                input_ = std::string_view(input_block_).substr(0, body_.read(input_block_));
            }
            if (input_.empty()) break;
            const std::size_t n = os::write_some(child_.in.get(), input_);
            if (n == 0) return;
            input_.remove_prefix(n);
        }
    } catch (const std::system_error& e) {
        if (!is_gone(e)) throw;  // it need not read its input
    }
    child_.in.reset();
}

// The same for a body that arrives, on its own thread.
void CgiExchange::pump() {
    try {
        std::string block(block_size, '\0');
        while (const std::size_t n = body_.read(block)) {
            for (std::string_view rest(block.data(), n); !rest.empty();) {
                pollfd ready[] = {{child_.in.get(), POLLOUT, 0}, {stop_pump_.fd(), POLLIN, 0}};
                ::poll(ready, 2, -1);
                if (ready[1].revents != 0) return;
                rest.remove_prefix(os::write_some(child_.in.get(), rest));
            }
        }
    } catch (const std::system_error& e) {
        if (!is_gone(e)) {
            std::lock_guard lock(mutex_);
            pump_failure_ = std::current_exception();
        }
    } catch (...) {
        std::lock_guard lock(mutex_);
        pump_failure_ = std::current_exception();
    }
    child_.in.reset();
    pumping_ = false;
    if (std::lock_guard lock(mutex_); pump_failure_) wake_.signal();
}

void CgiExchange::read_output() {
    for (int i = 0; i < (ended_ ? blocks_of_a_pipe : 1); ++i) {
        const auto bytes = read_now(child_.out.get(), block_);
        if (!bytes) return;
        if (bytes->empty()) return child_.out.reset();
        take_output(*bytes);
    }
}

void CgiExchange::take_output(std::string_view bytes) {
    if (has_head_) return write_body(bytes);
    try {
        if (!reader_.feed(bytes)) return;
    } catch (const ProtocolError& e) {
        fail(std::string("sent a wrong answer: ") + e.what());
    }
    has_head_ = true;
    cgi::ResponseHead& head = reader_.head();
    for (const std::string& remark : head.remarks)
        context_.log(Level::warn, "CGI program " + program_ + ": " + remark);
    streams_ = head.headers.get("Content-Type").starts_with("text/event-stream") ||
               iequals(head.headers.get("X-Accel-Buffering"), "no");
    head.headers.remove("X-Accel-Buffering");
    local_redirect_ = head.local_redirect;
    if (local_redirect_.empty()) apply_head();
    write_body(reader_.rest());
    if (streams_) response_.flush();
}

// As ResponseWriter::send() does it: a field of the program replaces what a middleware has set.
void CgiExchange::apply_head() {
    const cgi::ResponseHead& head = reader_.head();
    Headers& headers = response_.status(head.status).headers();
    headers.merge(head.headers);
    if (head.content_length && head.status != 204)
        headers.set("Content-Length", std::to_string(*head.content_length));
}

void CgiExchange::write_body(std::string_view bytes) {
    if (bytes.empty()) return;
    if (!local_redirect_.empty()) {  // with a body it is a redirect for the client
        local_redirect_.clear();
        apply_head();
    }
    const std::uint64_t before = body_bytes_;
    body_bytes_ += bytes.size();
    if (body_bytes_ > terms_.max_output)
        fail("wrote more than " + std::to_string(terms_.max_output) + " bytes");
    if (const auto length = reader_.head().content_length; length && body_bytes_ > *length) {
        if (before <= *length)
            context_.log(Level::warn, "CGI program " + program_ +
                                          " wrote more than its Content-Length; the rest is cut");
        bytes = bytes.substr(0, *length - std::min(before, *length));
    }
    response_.write(bytes);
    if (streams_) response_.flush();
}

void CgiExchange::read_error() {
    for (int i = 0; i < blocks_of_a_pipe && child_.err; ++i) {
        const auto bytes = read_now(child_.err.get(), block_);
        if (!bytes) return;
        if (bytes->empty()) return child_.err.reset();
        error_.feed(*bytes);
    }
}

// Its output is at its end: was that an answer?
void CgiExchange::conclude(const std::optional<os::ExitStatus>& status) const {
    const std::string how = status ? describe(*status) : "closed its output";
    if (!has_head_) {
        if (reader_.size() == 0) fail(how + " without an answer");
        fail(how + " before the end of its response head");
    }
    if (status && status->signal != 0) fail(how + " before the end of its answer");
    const cgi::ResponseHead& head = reader_.head();
    const bool has_body = !terms_.is_head && head.status != 204 && head.status != 304;
    if (has_body && body_bytes_ < head.content_length.value_or(0))
        fail(how + " after " + std::to_string(body_bytes_) + " of " +
             std::to_string(*head.content_length) + " bytes of its answer");
    if (status && status->code != 0)
        context_.log(Level::warn, "the CGI program " + program_ + ' ' + how);
}

void CgiExchange::fail(const std::string& what) const {
    throw ProtocolError("the CGI program " + program_ + ' ' + what);
}

}  // namespace turngate
