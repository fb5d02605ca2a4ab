// Reads the body and writes the response of one request.
#include "net/http1_exchange.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sys/socket.h>

#include <turngate/http/error.h>
#include <turngate/http/field_list.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/http1/write_head.h>

namespace turngate::net {
namespace {

using Clock = Connection::Clock;
using http1::append_field;

constexpr std::size_t block_size = 16 * 1024;
constexpr std::chrono::milliseconds crowded_timeout{2000};
constexpr std::size_t gathered = 16 * 1024;  // sent when there is more, or at a flush

void append_status_line(std::string& out, int status) {
    out += "HTTP/1.1 ";
    http1::append_status(out, status);
}

void append_chunk_size(std::string& out, std::uint64_t size) {
    std::array<char, 16> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    out.append(digits.data(), end).append("\r\n");
}

void report_switch(const Context& context) noexcept {
    try {
        if (context.reporter) context.reporter->switched(context);
    } catch (...) {  // as with every report: never the request's failure
    }
}

bool lists_close(std::string_view options) {
    while (!options.empty())
        if (iequals(take_element(options), "close")) return true;
    return false;
}

}  // namespace

class Http1Exchange::Source final : public BodySource {
  public:
    Source(Http1Exchange& exchange, std::string collected)
        : exchange_(exchange), collected_(std::move(collected)) {}

    std::size_t read(std::span<char> into) override {
        if (taken_ == collected_.size()) return exchange_.read(into);
        const std::size_t n = std::min(collected_.size() - taken_, into.size());
        std::copy_n(collected_.data() + taken_, n, into.data());
        taken_ += n;
        return n;
    }
    void interrupt(std::stop_token stop) override { exchange_.interrupt(std::move(stop)); }
    Headers take_trailers() override {
        return exchange_.body_.take_trailers(exchange_.door_.options.serves_runtimes);
    }

  private:
    Http1Exchange& exchange_;
    const std::string collected_;
    std::size_t taken_ = 0;
};

class Http1Exchange::Raw final : public RawConnection {
  public:
    explicit Raw(Http1Exchange& exchange) : exchange_(exchange) {}

    int fd() const noexcept override { return exchange_.connection_.fd(); }

    std::optional<std::size_t> read(std::span<char> into) override {
        std::string_view& early = exchange_.bytes_;
        if (!early.empty()) {
            const std::size_t n = early.copy(into.data(), into.size());
            early.remove_prefix(n);
            return n;
        }
        std::size_t size = 0;
        switch (exchange_.connection_.receive(into, size)) {
            case Connection::Received::some:
                return size;
            case Connection::Received::end:
                return 0;
            case Connection::Received::nothing:
                return std::nullopt;
            default:
                throw Cancelled("the client has gone");
        }
    }
    std::size_t write(std::string_view bytes) override {
        return exchange_.connection_.send_now({&bytes, 1});
    }
    void end_output() noexcept override { exchange_.connection_.end_output(); }

  private:
    Http1Exchange& exchange_;
};

Http1Exchange::Http1Exchange(Surroundings& door, Connection& connection, Outbox& outbox,
                             IncomingBody& body, std::string_view& bytes, std::string& out,
                             const Terms& terms, std::atomic<Ticks>& head_sent)
    : door_(door),
      connection_(connection),
      outbox_(outbox),
      body_(body),
      bytes_(bytes),
      out_(out),
      terms_(terms),
      head_sent_(head_sent),
      received_(terms.collected),
      began_(terms.began),
      owes_continue_(terms.expects_continue && bytes.empty() && !body.is_done()),
      is_followed_(body.is_done() && !bytes.empty()),
      keep_alive_(terms.may_keep_alive) {}

Http1Exchange::~Http1Exchange() = default;

void Http1Exchange::watch_again() noexcept {
    if (!is_switched_ && !std::exchange(is_watched_, true)) connection_.watch(true, false);
}

Body Http1Exchange::body(std::string collected) {
    if (body_.is_done())
        return {std::move(collected), body_.take_trailers(door_.options.serves_runtimes)};
    return {std::make_unique<Source>(*this, std::move(collected)), body_.size()};
}

std::size_t Http1Exchange::read(std::span<char> into) {
    for (;;) {
        if (body_.is_done()) return 0;
        std::string_view piece = bytes_.substr(0, into.size());
        if (piece.empty() && body_.size()) {
            const auto wanted = std::min<std::uint64_t>(into.size(), body_.left());
            const std::size_t n = receive(into.first(static_cast<std::size_t>(wanted)));
            if (n == 0) return 0;
            piece = {into.data(), n};
            std::string_view data;
            body_.feed(piece, data);
            if (body_.is_done()) watch_again();
            return n;
        }
        if (piece.empty()) {
            if (!block_) block_ = std::make_unique<std::string>(block_size, '\0');
            bytes_ = std::string_view(*block_).substr(0, receive(*block_));
            if (bytes_.empty()) {
                keep_alive_ = false;
                throw HttpError(400, "the chunks of the request body break off");
            }
            continue;
        }
        const std::size_t before = piece.size();
        std::string_view data;
        const http1::Progress progress = body_.feed(piece, data);
        bytes_.remove_prefix(before - piece.size());
        if (progress == http1::Progress::failed) {
            keep_alive_ = false;
            throw HttpError(body_.error().status, body_.error().message);
        }
        if (body_.is_done()) watch_again();
        if (data.empty()) continue;
        std::copy(data.begin(), data.end(), into.begin());
        return data.size();
    }
}

// How long a client that does not read may hold up a thread.
std::chrono::milliseconds Http1Exchange::patience() const noexcept {
    if (!door_.scheduler.is_crowded()) return door_.options.write_timeout;
    return std::min(door_.options.write_timeout, crowded_timeout);
}

void Http1Exchange::wait_for_room() {
    const Scheduler::Aside aside(door_.scheduler);
    connection_.wait_writable(patience());
}

// Waits for bytes; 0 at the end of the client's side.
std::size_t Http1Exchange::receive(std::span<char> into) {
    send_continue();
    std::size_t size = 0;
    auto received = connection_.receive(into, size);
    if (received == Connection::Received::nothing) {
        // Otherwise each packet would wake another thread as well.
        if (std::exchange(is_watched_, false)) connection_.watch(false, false);
        if (began_ == Clock::time_point()) began_ = Clock::now();
        const Scheduler::Held held(door_.scheduler);
        const auto got = connection_.receive_until(into, Clock::now() + door_.options.body_timeout,
                                                   interrupted_);
        if (!got) {
            if (interrupted_.stop_requested()) throw Cancelled("nobody waits for the body");
            keep_alive_ = false;
            if (connection_.is_broken()) throw Cancelled("the client has gone");
            throw HttpError(408, "the request body did not come in time");
        }
        size = *got;
        check_pace(size);
    } else if (received == Connection::Received::broken) {
        throw Cancelled("the client has gone");
    }
    if (size == 0) keep_alive_ = false;
    received_ += size;
    return size;
}

void Http1Exchange::check_pace(std::uint64_t received) {
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_);
    if (received == 0 || !is_too_slow(elapsed, received_, door_.options.least_pace)) return;
    keep_alive_ = false;
    throw HttpError(408, "the request body comes too slowly");
}

void Http1Exchange::send_continue() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(owes_continue_, false) || has_head_) return;
    const std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    connection_.send_all({&interim, 1}, door_.options.write_timeout);
}

void Http1Exchange::on_head(int status, const Headers& headers) {
    head_sent_.store(now(), std::memory_order_relaxed);
    if (terms_.expects_continue) {
        const std::lock_guard lock(mutex_);
        has_head_ = true;
        // Whether a body still comes is the client's choice now.
        keep_alive_ = keep_alive_ && !owes_continue_;
    }
    append_status_line(out_, status);
    const NominatedFields nominated(headers);
    bool has_date = false;
    for (const auto& [name, value] : headers) {
        if (iequals(name, "connection")) keep_alive_ = keep_alive_ && !lists_close(value);
        if (is_hop_by_hop(name) || nominated.contains(name)) continue;
        has_date = has_date || iequals(name, "date");
        append_field(out_, name, value);
    }
    if (!has_date) append_field(out_, "Date", date_now());
    if (status == 426) append_field(out_, "Upgrade", headers.get("Upgrade"));
    write_framing(status, headers);
    out_ += "\r\n";
}

void Http1Exchange::write_framing(int status, const Headers& headers) {
    const bool has_body = !terms_.is_head && status != 204 && status != 205 && status != 304;
    const std::string_view length = headers.get("Content-Length");
    const bool is_old = terms_.version == http1::Version::http10;
    if (has_body && !length.empty()) {
        std::uint64_t size = 0;
        std::from_chars(length.data(), length.data() + length.size(), size);
        left_ = size;
    }
    is_chunked_ = has_body && !left_ && !is_old;
    if (is_chunked_) append_field(out_, "Transfer-Encoding", "chunked");
    if (has_body && !left_ && is_old) keep_alive_ = false;  // the end tells the length
    if (door_.is_stopping && !is_followed_) keep_alive_ = false;
    if (status == 426)
        append_field(out_, "Connection", keep_alive_ ? "upgrade" : "upgrade, close");
    else if (!keep_alive_)
        append_field(out_, "Connection", "close");
    else if (is_old)
        append_field(out_, "Connection", "keep-alive");
}

void Http1Exchange::on_body(std::string_view chunk) {
    if (is_chunked_) append_chunk_size(out_, chunk.size());
    const std::string_view end = is_chunked_ ? "\r\n" : "";
    const bool last = is_last(chunk.size());
    if (out_.size() + chunk.size() <= gathered) {
        out_.append(chunk).append(end);
        return;
    }
    send(chunk, end, last);
}

// True if the body is complete with these `size` bytes more.
bool Http1Exchange::is_last(std::uint64_t size) noexcept {
    if (!left_) return false;
    *left_ -= std::min(*left_, size);
    return *left_ == 0;
}

// Sends what is gathered, and `bytes` and `end`. What is last need not be waited for.
void Http1Exchange::send(std::string_view bytes, std::string_view end, bool is_last) {
    std::array<std::string_view, 3> parts = {out_, bytes, end};
    std::size_t sent = connection_.send_now(parts);
    for (std::string_view& part : parts) {
        const std::size_t n = std::min(sent, part.size());
        part.remove_prefix(n);
        sent -= n;
    }
    const std::size_t left = parts[0].size() + parts[1].size() + parts[2].size();
    if (left > 0 && !(is_last && outbox_.keep(parts))) {
        const Scheduler::Aside aside(door_.scheduler);
        connection_.send_all(parts, patience());
    }
    out_.clear();
}

void Http1Exchange::on_file(int fd, std::uint64_t offset, std::uint64_t size) {
    if (is_chunked_) append_chunk_size(out_, size);
    const bool last = is_last(size);
    send({}, {}, false);
    while (size > 0) {
        const std::size_t n = connection_.send_file_now(fd, offset, size);
        size -= n;
        if (n > 0) continue;
        if (last && outbox_.keep(fd, offset, size)) return;
        wait_for_room();
    }
    if (is_chunked_) out_ += "\r\n";
}

void Http1Exchange::on_flush() {
    send({}, {}, false);
    while (!outbox_.empty() && !outbox_.send(connection_))
        wait_for_room();
}

void Http1Exchange::on_trailers(const Headers& trailers) {
    if (!is_chunked_) return;
    for (const auto& [name, value] : trailers)
        if (!is_hop_by_hop(name)) append_field(trailers_, name, value);
}

void Http1Exchange::on_finish() {
    if (is_switched_) return;
    if (is_chunked_) out_.append("0\r\n").append(trailers_).append("\r\n");
    if (!out_.empty()) send({}, {}, true);
}

// Without the last chunk, or short of its length, the response is visibly incomplete; one that ends
// with the connection needs the connection to break.
void Http1Exchange::on_abort() noexcept {
    is_aborted_ = true;
    connection_.reset();
}

void Http1Exchange::on_interim(int status, const Headers& headers) {
    if (terms_.version == http1::Version::http10) return;
    append_status_line(out_, status);
    for (const auto& [name, value] : headers)
        if (!is_hop_by_hop(name) && !iequals(name, "content-length"))
            append_field(out_, name, value);
    out_ += "\r\n";
    send({}, {}, false);
}

RawConnection* Http1Exchange::on_switch(const Headers& headers) {
    if (!terms_.wants_switch || !body_.is_done()) return nullptr;
    append_status_line(out_, 101);
    for (const auto& [name, value] : headers)
        if (!is_hop_by_hop(name) || iequals(name, "upgrade")) append_field(out_, name, value);
    append_field(out_, "Connection", "upgrade");
    out_ += "\r\n";
    is_switched_ = true;
    is_watched_ = false;
    connection_.watch(false, false);
    send({}, {}, false);
    report_switch(terms_.context);
    raw_ = std::make_unique<Raw>(*this);
    return raw_.get();
}

}  // namespace turngate::net
