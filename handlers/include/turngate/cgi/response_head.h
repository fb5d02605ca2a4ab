// The head of a CGI program's or FastCGI responder's answer (RFC 3875 section 6), read strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/error.h>
#include <turngate/http/headers.h>

namespace turngate::cgi {

struct ResponseHead {
    int status = 200;

    // Ready to be sent: without Status, fields of the connection, also those that Connection lists
    // (RFC 9110 section 7.6.1), and Content-Length; of several Content-Type the last.
    Headers headers;

    std::optional<std::uint64_t> content_length;  // of the body, as the program declared it

    // A path that the program wants to be answered in its place (section 6.2.2): Location was the
    // only field and has no host. `status` and `headers` then say the same to a client.
    std::string local_redirect;

    // What was left out that it should know of, one sentence each: for the log.
    std::vector<std::string> remarks;
};

// Cuts the head off a stream that arrives in pieces, and reads it.
class ResponseHeadReader {
  public:
    static constexpr std::size_t max_size = 64 * 1024;  // of the head in bytes
    static constexpr std::size_t max_fields = 256;

    // Takes the next bytes. True once the head is complete: head() and rest() are there then and
    // feed() may not be called again. Throws ProtocolError, one sentence that names the line, if
    // it is no head:
    // a line without a colon, a folded line (RFC 9112 section 5.2), a control character, a name
    // that is no token, a Status that is not 200 to 599 or comes twice, different
    // Content-Lengths, nothing at all, or more than the limits. Lines end in CR LF or LF.
    bool feed(std::string_view bytes);

    ResponseHead& head() { return head_; }
    const ResponseHead& head() const { return head_; }
    std::string_view rest() const { return std::string_view(buffer_).substr(size_); }

    // How much came before the end of the head, for an error message.
    std::size_t size() const { return buffer_.size(); }

  private:
    std::string buffer_;
    std::size_t size_ = 0;  // of the lines seen so far
    std::size_t lines_ = 0;
    ResponseHead head_;
    Headers connection_;  // the fields of that name
    bool has_status_ = false;

    void take_line(std::string_view line);
    void take_status(std::string_view value);
    void take_length(std::string_view value);
    void complete();
};

}  // namespace turngate::cgi
