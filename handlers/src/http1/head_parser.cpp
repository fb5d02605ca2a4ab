// A head is a start line and a field section; each line is judged when it is whole.
#include <algorithm>
#include <utility>

#include "framing.h"
#include "line_error.h"
#include <turngate/http/field_list.h>
#include <turngate/http1/head_parser.h>
#include <turngate/http1/target.h>

namespace turngate::http1 {
namespace {

constexpr std::size_t line_end = 2;
constexpr std::size_t usual_bytes = 512, usual_fields = 16;  // of a browser's request
constexpr std::size_t longest_method = 32;                   // twice the longest that is registered

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The version that `text` names exactly; absent otherwise.
std::optional<Version> parse_version(std::string_view text) {
    if (text == "HTTP/1.1") return Version::http11;
    if (text == "HTTP/1.0") return Version::http10;
    return std::nullopt;
}

Progress progress(bool done, const std::optional<HeadError>& error) {
    if (error) return Progress::failed;
    return done ? Progress::done : Progress::more;
}

// True once `headers` are all there; what is wrong with them is the head's error.
bool take_fields(FieldParser& fields, std::string_view& bytes, Headers& headers,
                 std::optional<HeadError>& error) {
    const Progress reached = fields.feed(bytes);
    if (reached == Progress::failed) error = fields.error();
    if (reached != Progress::done) return false;
    headers = fields.take();
    return true;
}

bool is_other_version(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
           is_digit(text[7]);
}

}  // namespace

Progress FieldParser::feed(std::string_view& bytes) {
    while (!done_ && !error_) {
        const std::size_t taken = std::min(size_ + line_end, limits_.section);
        const LineReader::Result result = lines_.next(bytes, limits_.section - taken);
        if (result == LineReader::Result::more) return Progress::more;
        if (result != LineReader::Result::line) {
            error_ = line_error(result, {431, "the header section is larger than " +
                                                  std::to_string(limits_.section) + " bytes"});
        } else if (lines_.line().empty()) {
            done_ = true;
        } else {
            size_ += lines_.line().size() + line_end;
            error_ = add(lines_.line());
        }
    }
    return error_ ? Progress::failed : Progress::done;
}

std::optional<HeadError> FieldParser::add(std::string_view line) {
    if (fields_.size() == limits_.fields)
        return HeadError{
            431, "there are more than " + std::to_string(limits_.fields) + " header fields"};
    if (line[0] == ' ' || line[0] == '\t') return HeadError{400, "a header line is folded"};
    const std::size_t size = token_size(line);
    if (size == 0 || size == line.size() || line[size] != ':') {
        const bool has_colon = line.find(':') != std::string_view::npos;
        return HeadError{400,
                         has_colon ? "a header name is not a token" : "a header line has no colon"};
    }
    if (size > limits_.name)
        return HeadError{431,
                         "a header name is longer than " + std::to_string(limits_.name) + " bytes"};
    if (fields_.empty()) fields_.reserve(usual_bytes, usual_fields);
    // LineReader lets nothing through that a value may not have.
    fields_.add_checked(line.substr(0, size), trimmed(line.substr(size + 1)));
    return std::nullopt;
}

Headers FieldParser::take() {
    size_ = 0;
    done_ = false;
    return std::exchange(fields_, {});
}

Progress RequestHeadParser::feed(std::string_view& bytes) {
    while (!has_start_line_ && !error_) {
        const LineReader::Result result = lines_.next(bytes, limits_.start_line);
        if (result == LineReader::Result::more) return Progress::more;
        if (result != LineReader::Result::line) {
            error_ = line_error(result, {414, "the request line is longer than " +
                                                  std::to_string(limits_.start_line) + " bytes"});
        } else if (lines_.line().empty() && !skipped_empty_line_) {
            skipped_empty_line_ = true;
        } else {
            error_ = start(lines_.line());
            has_start_line_ = true;
        }
    }
    if (!done_ && !error_) {
        done_ = take_fields(fields_, bytes, head_.headers, error_);
        if (done_) error_ = judge(head_, limits_);
    }
    return progress(done_, error_);
}

std::optional<HeadError> RequestHeadParser::start(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return HeadError{400, "a request line is a method, a target and a version"};
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);

    const std::optional<Version> known = parse_version(version);
    if (!is_token(method)) return HeadError{400, "the method is not a token"};
    head_.method = method;
    if (!known && is_other_version(version))
        return HeadError{505, "the only versions are HTTP/1.0 and HTTP/1.1"};
    if (!known) return HeadError{400, "a request line ends in its version"};
    if (method.size() > longest_method || method == "CONNECT" || method == "TRACE")
        return HeadError{501, "the method is not implemented"};
    if (!is_target(method, target)) return HeadError{400, "the request target is malformed"};
    head_.target = target;
    head_.version = *known;
    return std::nullopt;
}

RequestHead RequestHeadParser::take() {
    skipped_empty_line_ = has_start_line_ = done_ = false;
    return std::exchange(head_, {});
}

Progress ReplyHeadParser::feed(std::string_view& bytes) {
    if (!has_start_line_ && !error_) {
        const LineReader::Result result = lines_.next(bytes, limits_.start_line);
        if (result == LineReader::Result::more) return Progress::more;
        has_start_line_ = true;
        error_ = result == LineReader::Result::line
                     ? start(lines_.line())
                     : line_error(result, {502, "the status line is longer than " +
                                                    std::to_string(limits_.start_line) + " bytes"});
    }
    if (!done_ && !error_) {
        done_ = take_fields(fields_, bytes, head_.headers, error_);
        if (done_) error_ = judge(head_, to_head_request_);
    }
    if (error_) error_->status = 502;
    return progress(done_, error_);
}

std::optional<HeadError> ReplyHeadParser::start(std::string_view line) {
    constexpr std::size_t version_size = 8, status_end = 12;
    const std::optional<Version> version = parse_version(line.substr(0, version_size));
    // Servers leave out the blank before an empty reason, though RFC 9112 section 4 wants it.
    const bool well_formed =
        version && line.size() >= status_end && line[version_size] == ' ' &&
        std::all_of(line.begin() + version_size + 1, line.begin() + status_end, is_digit) &&
        (line.size() == status_end || line[status_end] == ' ');
    if (!well_formed) return HeadError{502, "the status line is malformed"};
    const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    if (status < 100 || status > 599)
        return HeadError{502, "the status is not between 100 and 599"};
    if (status == 101 && upgrade_ == Upgrade::not_asked)
        return HeadError{502, "the protocol is switched, which nobody asked for"};
    head_.version = *version;
    head_.status = status;
    head_.reason = line.substr(std::min(line.size(), status_end + 1));
    return std::nullopt;
}

ReplyHead ReplyHeadParser::take() {
    has_start_line_ = done_ = false;
    return std::exchange(head_, {});
}

}  // namespace turngate::http1
