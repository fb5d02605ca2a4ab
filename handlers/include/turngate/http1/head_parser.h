// The strict, incremental parsers of HTTP/1.1 heads (RFC 9112): bytes in, a head or a refusal out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http1/head.h>
#include <turngate/http1/line_reader.h>

namespace turngate::http1 {

enum class Progress { more, done, failed };

// All parsers here are push-style: feed() takes bytes from the front of its argument and never one
// past the end of what it parses. Where a stream is cut makes no difference to the outcome.

// Fields up to the empty line: of a head, or the trailers of a chunked body. No folded line, no
// blank before the colon, no empty name, no control in a value (RFC 9112 section 5).
class FieldParser {
  public:
    explicit FieldParser(const Limits& limits = {}) : limits_(limits) {}

    Progress feed(std::string_view& bytes);

    // REQUIRES: feed() said `failed`.
    const HeadError& error() const { return *error_; }

    // The fields; the parser is as new. REQUIRES: feed() said `done`.
    Headers take();

  private:
    std::optional<HeadError> add(std::string_view line);

    Limits limits_;
    LineReader lines_;
    Headers fields_;
    std::size_t size_ = 0;
    bool done_ = false;
    std::optional<HeadError> error_;
};

// The head of a request, for a server. One empty line before it is passed over (section 2.2). The
// methods CONNECT and TRACE are refused: a gateway neither tunnels nor reflects credentials.
class RequestHeadParser {
  public:
    explicit RequestHeadParser(const Limits& limits = {}) : limits_(limits), fields_(limits) {}

    Progress feed(std::string_view& bytes);

    // REQUIRES: feed() said `failed`.
    const HeadError& error() const { return *error_; }

    // Also of a head that is not complete, or refused; empty where no method could be read.
    const std::string& method() const noexcept { return head_.method; }

    // The head; the parser is ready for the next request. Of a head that is not complete, or
    // refused, what could be read, and this is the last call.
    RequestHead take();

  private:
    std::optional<HeadError> start(std::string_view line);

    Limits limits_;
    LineReader lines_;
    FieldParser fields_;
    RequestHead head_;
    bool skipped_empty_line_ = false;
    bool has_start_line_ = false;
    bool done_ = false;
    std::optional<HeadError> error_;
};

// The head of a reply, for a client. Interim replies (100 to 199) are heads of their own; a 101
// that nobody asked for is refused. `limits.body` is not looked at.
class ReplyHeadParser {
  public:
    enum class Upgrade { not_asked, asked };

    // A reply to HEAD has no body, whatever it declares.
    explicit ReplyHeadParser(bool to_head_request, const Limits& limits = {},
                             Upgrade upgrade = Upgrade::not_asked)
        : limits_(limits), fields_(limits), to_head_request_(to_head_request), upgrade_(upgrade) {}

    Progress feed(std::string_view& bytes);

    // REQUIRES: feed() said `failed`.
    const HeadError& error() const { return *error_; }

    // The head; the parser is ready for the next one. REQUIRES: feed() said `done`.
    ReplyHead take();

  private:
    std::optional<HeadError> start(std::string_view line);

    Limits limits_;
    LineReader lines_;
    FieldParser fields_;
    ReplyHead head_;
    bool to_head_request_;
    Upgrade upgrade_;
    bool has_start_line_ = false;
    bool done_ = false;
    std::optional<HeadError> error_;
};

}  // namespace turngate::http1
