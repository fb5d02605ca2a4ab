// The write state machine: held back, committed, finished or aborted.
#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <turngate/http/error.h>
#include <turngate/http/response_writer.h>

namespace turngate {
namespace {

// Nearly all spell them so; every response asks.
bool is(std::string_view name, std::string_view usual) noexcept {
    return name == usual || iequals(name, usual);
}

bool has(const Headers& headers, std::string_view usual) noexcept {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const Headers::Field& field) { return is(field.name, usual); });
}

// The Content-Length in `headers`, all of it digits (RFC 9110 section 8.6). Leaves one of several
// that are equal.
std::optional<std::uint64_t> declared_length(Headers& headers) {
    std::optional<std::string_view> declared;
    bool repeated = false;
    for (const auto& [name, value] : headers) {
        if (!is(name, "Content-Length")) continue;
        if (declared && *declared != value)
            throw std::logic_error("the response declares two different values of Content-Length");
        repeated = declared.has_value();
        declared = value;
    }
    if (!declared) return std::nullopt;
    std::uint64_t size = 0;
    const char* end = declared->data() + declared->size();
    const auto [rest, error] = std::from_chars(declared->data(), end, size);
    if (error != std::errc() || rest != end)
        throw std::logic_error("the Content-Length of the response is not a number");
    if (repeated) headers.set("Content-Length", *declared);
    return size;
}

}  // namespace

ResponseWriter& ResponseWriter::status(int code) {
    if (code < 200 || code > 599)
        throw std::invalid_argument("the response status " + std::to_string(code) +
                                    " is not between 200 and 599");
    require_head_open();
    status_ = code;
    return *this;
}

void ResponseWriter::write(std::string_view chunk) {
    require_open();
    if (chunk.empty()) return;
    if (!committed_ && held_.size() + chunk.size() <= hold_back) {
        held_ += chunk;
        written_ += chunk.size();
        return;
    }
    begin_unheld(chunk.size());
    emit(chunk);
}

void ResponseWriter::write_file(int fd, std::uint64_t offset, std::uint64_t size) {
    require_open();
    if (size == 0) return;
    begin_unheld(size);
    if (!sends_body()) return;
    broken_ = true;
    sink_.on_file(fd, offset, size);
    broken_ = false;
}

void ResponseWriter::interim(int status, const Headers& headers) {
    if (status < 102 || status > 199)
        throw std::invalid_argument("the interim status " + std::to_string(status) +
                                    " is not between 102 and 199");
    require_head_open();
    require_open();
    broken_ = true;
    sink_.on_interim(status, headers);
    broken_ = false;
}

void ResponseWriter::trailers(Headers fields) {
    require_open();
    trailers_ = std::move(fields);
}

RawConnection& ResponseWriter::switch_protocols(const Headers& headers) {
    require_head_open();
    require_open();
    broken_ = true;
    RawConnection* connection = sink_.on_switch(headers);
    broken_ = false;
    if (!connection) throw HttpError(501, "this front door cannot switch protocols");
    status_ = 101;
    committed_ = true;
    return *connection;
}

void ResponseWriter::flush() {
    require_open();
    commit(0, Length::so_far);
    broken_ = true;
    sink_.on_flush();
    broken_ = false;
}

void ResponseWriter::send(Response response) {
    status(response.status);
    if (headers_.empty())
        headers_ = std::move(response.headers);
    else
        headers_.merge(response.headers);
    encoding_ = response.encoding;
    if (written_ == 0) {
        declare_length(response.body.size());
        if (response.body.size() <= hold_back) {
            written_ = response.body.size();
            held_ = std::move(response.body);
            return;
        }
    }
    write(response.body);
}

void ResponseWriter::finish() {
    if (finished_) return;
    require_open();
    if (!committed_) declare_length(held_.size());
    commit(0, Length::whole);
    if (status_ != 101) check_length(written_, Length::whole);
    broken_ = true;
    if (!trailers_.empty() && sends_body()) sink_.on_trailers(trailers_);
    sink_.on_finish();
    broken_ = false;
    finished_ = true;
}

void ResponseWriter::reset() {
    headers().clear();
    trailers_.clear();
    status_ = 200;
    held_.clear();
    written_ = 0;
    encoding_.reset();
    is_relayed_ = false;
}

void ResponseWriter::abort() noexcept {
    if (!std::exchange(finished_, true)) sink_.on_abort();
}

void ResponseWriter::require_head_open() const {
    if (committed_ || finished_) throw std::logic_error("the response head has already been sent");
}

void ResponseWriter::require_open() const {
    if (finished_) throw std::logic_error("the response has already ended");
    if (broken_) throw Cancelled("the response broke off");
}

// Adds the Content-Length of a body that is all here, unless the handler has promised one. Says
// nothing about the body of a GET when a HEAD was answered without one.
void ResponseWriter::declare_length(std::size_t size) {
    if (status_ == 204 || status_ == 304 || (is_head_ && size == 0)) return;
    if (!trailers_.empty()) return;  // HTTP/1.1 has them behind chunks alone
    if (has(headers_, "Content-Length")) return;
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, size);
    headers_.add_checked("Content-Length", {digits, static_cast<std::size_t>(end - digits)});
}

void ResponseWriter::check_length(std::uint64_t size, Length known) const {
    if (!declared_ || !sends_body()) return;
    if (size > *declared_ || (known == Length::whole && size != *declared_))
        throw std::logic_error("the response body has " + std::to_string(size) +
                               " bytes and declares a Content-Length of " +
                               std::to_string(*declared_));
}

// Commits to a body that goes on with `size` bytes, not held back.
void ResponseWriter::begin_unheld(std::uint64_t size) {
    commit(size, Length::so_far);
    check_length(written_ + size, Length::so_far);
    written_ += size;
}

// Sends the head and what is held back. `upcoming` bytes follow at once. Whatever is wrong with
// the head is found before any of it is sent, so that it can still become a clean error.
void ResponseWriter::commit(std::uint64_t upcoming, Length known) {
    if (committed_) return;
    headers_.remove("Transfer-Encoding");
    if (status_ == 204) headers_.remove("Content-Length");
    if (status_ == 205) headers_.set("Content-Length", "0");
    const bool may_have_body = status_ != 204 && status_ != 205 && status_ != 304;
    if (may_have_body && !is_relayed_ && written_ + upcoming > 0 && !has(headers_, "Content-Type"))
        headers_.add("Content-Type", "text/plain; charset=utf-8");
    declared_ = declared_length(headers_);
    check_length(written_ + upcoming, known);
    committed_ = true;
    broken_ = true;
    sink_.on_head(status_, headers_);
    broken_ = false;
    emit(held_);
    held_.clear();
}

void ResponseWriter::emit(std::string_view chunk) {
    if (chunk.empty() || !sends_body()) return;
    broken_ = true;
    sink_.on_body(chunk);
    broken_ = false;
}

}  // namespace turngate
