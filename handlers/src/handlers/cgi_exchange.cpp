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
#include <utility>

#include "exchange_rules.h"

namespace turngate {
namespace {

constexpr std::size_t block_size = 64 * 1024;  // what a pipe holds

// A program that ends is at its end a moment after its output is, on a busy machine too. Who has
// closed the output and goes on pays with this time.
constexpr std::chrono::milliseconds exit_grace{250};

// A program that has not ended by then is worth some trouble.
constexpr std::chrono::milliseconds lasting{20};

// So long a program may be silent until the client gets what it has written. One that ends sooner
// has written a whole answer, which gets a length, or an error where it was none.
constexpr std::chrono::milliseconds flush_after{50};

// A pipe holds 1 MiB at most (F_SETPIPE_SZ), 64 KiB by default. Reading more at a time could go on
// for ever.
constexpr int blocks_of_a_pipe = 17;

// Reads once. Absent when there is nothing now; empty at the end.
std::optional<std::string_view> read_now(int fd, char* block) {
    const ssize_t n = ::read(fd, block, block_size);
    if (n >= 0) return std::string_view(block, static_cast<std::size_t>(n));
    if (errno == EAGAIN || errno == EINTR) return std::nullopt;
    throw std::system_error(errno, std::generic_category(), "reading from a program");
}

// To make one for each exchange would take longer than to read the output of most programs.
const os::WakeUp& wake_up_of_this_thread() {
    thread_local const os::WakeUp wake;
    wake.clear();
    return wake;
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
      terms_(std::move(terms)),
      block_(std::make_unique_for_overwrite<char[]>(block_size)),
      error_(context),
      wake_(wake_up_of_this_thread()) {
    if (terms_.is_nph) nph_.emplace(terms_.is_head);
    if (terms_.lasts) lasts_at_ = Context::Clock::now() + lasting;
    if (child.in) os::set_nonblocking(child.in.get());
    os::set_nonblocking(child.out.get());
    os::set_nonblocking(child.err.get());
    if (child.in && !body.arrived()) {
        stop_pump_.emplace();
        body.interrupt(unwanted_.get_token());
        pumping_ = true;
        pump_ = std::thread([this] { pump(); });
    }
}

CgiExchange::~CgiExchange() {
    if (stop_pump_) stop_pump_->signal();
    unwanted_.request_stop();
    if (pump_.joinable()) pump_.join();
    error_.finish();
}

std::string CgiExchange::run() {
    const std::stop_callback cancel(context_.stop, [this] { wake_.signal(); });
    while (child_.out) {
        wait();
        if (ended_) break;
    }
    const auto left = std::chrono::milliseconds(milliseconds_until(terms_.deadline));
    const auto status = child_.wait(std::min(exit_grace, left));
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
    const auto until = std::min({terms_.deadline, lasts_at_.value_or(terms_.deadline),
                                 flush_at_.value_or(terms_.deadline)});
    const int n = ::poll(events.data(), events.size(), milliseconds_until(until));
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
    if (context_.stop.stop_requested()) throw Cancelled("the request was cancelled");
    const auto now = Context::Clock::now();
    if (now >= terms_.deadline)
        throw HttpError(504, "the CGI program " + program_ + " did not finish in time");
    if (lasts_at_ && now >= *lasts_at_) {
        lasts_at_.reset();
        terms_.lasts();
    }
    if (std::lock_guard lock(mutex_); pump_failure_) std::rethrow_exception(pump_failure_);
    if (n == 0 && flush_at_ && now >= *flush_at_) flush();
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
                pollfd ready[] = {{child_.in.get(), POLLOUT, 0}, {stop_pump_->fd(), POLLIN, 0}};
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
        const auto bytes = read_now(child_.out.get(), block_.get());
        if (!bytes) return;
        if (bytes->empty()) return child_.out.reset();
        take_output(*bytes);
    }
}

void CgiExchange::take_output(std::string_view bytes) {
    has_output_ = true;
    try {
        if (!has_head_) {
            if (!take_head(bytes)) return;
            use_head();
        }
        take_body(bytes);
    } catch (const ProtocolError& e) {
        fail(std::string("sent a wrong answer: ") + e.what());
    }
    if (streams_)
        flush();
    else if (body_bytes_ > 0 && !flush_at_)
        flush_at_ = Context::Clock::now() + flush_after;
}

void CgiExchange::flush() {
    flush_at_.reset();
    response_.flush();
}

// `bytes` is then what follows the head.
bool CgiExchange::take_head(std::string_view& bytes) {
    if (nph_) {
        has_head_ = nph_->feed(bytes);
        if (has_head_) head_ = nph_->head();
    } else {
        has_head_ = reader_.feed(bytes);
        if (has_head_) head_ = std::move(reader_.head());
        bytes = has_head_ ? reader_.rest() : std::string_view();
    }
    return has_head_;
}

void CgiExchange::use_head() {
    for (const std::string& remark : head_.remarks)
        context_.log(Level::warn, "CGI program " + program_ + ": " + remark);
    streams_ = nph_ || is_streamed(head_.headers);
    remove_server_fields(head_.headers, context_, "CGI program " + program_);
    local_redirect_ = head_.local_redirect;
    if (local_redirect_.empty()) apply_head();
}

// As ResponseWriter::send() does it: a field of the program replaces what a middleware has set.
void CgiExchange::apply_head() {
    response_.relay();
    Headers& headers = response_.status(head_.status).headers();
    headers.merge(head_.headers);
    if (head_.content_length && head_.status != 204)
        headers.set("Content-Length", std::to_string(*head_.content_length));
}

void CgiExchange::take_body(std::string_view bytes) {
    if (!nph_) return write_body(bytes);
    while (!bytes.empty()) {
        const std::size_t before = bytes.size();
        write_body(nph_->body(bytes));
        if (bytes.size() == before) return;  // past the end of the body
    }
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
    if (const auto length = head_.content_length; length && body_bytes_ > *length) {
        if (before <= *length)
            context_.log(Level::warn, "CGI program " + program_ +
                                          " wrote more than its Content-Length; the rest is cut");
        bytes = bytes.substr(0, *length - std::min(before, *length));
    }
    response_.write(bytes);
}

void CgiExchange::read_error() {
    for (int i = 0; i < blocks_of_a_pipe && child_.err; ++i) {
        const auto bytes = read_now(child_.err.get(), block_.get());
        if (!bytes) return;
        if (bytes->empty()) return child_.err.reset();
        error_.feed(*bytes);
    }
}

// Its output is at its end: was that an answer?
void CgiExchange::conclude(const std::optional<os::ExitStatus>& status) {
    const std::string how = status ? describe(*status) : "closed its output";
    if (!has_head_) {
        if (!has_output_) fail(how + " without an answer");
        fail(how + " before the end of its response head");
    }
    if (status && status->signal != 0) fail(how + " before the end of its answer");
    const bool has_body = !terms_.is_head && head_.status != 204 && head_.status != 304;
    if (has_body && body_bytes_ < head_.content_length.value_or(0))
        fail(how + " after " + std::to_string(body_bytes_) + " of " +
             std::to_string(*head_.content_length) + " bytes of its answer");
    try {
        if (nph_) nph_->end();
    } catch (const ProtocolError& e) {
        fail(how + " before the end of its answer: " + e.what());
    }
    if (status && status->code != 0)
        context_.log(Level::warn, "the CGI program " + program_ + ' ' + how);
}

void CgiExchange::fail(const std::string& what) const {
    throw ProtocolError("the CGI program " + program_ + ' ' + what);
}

}  // namespace turngate
