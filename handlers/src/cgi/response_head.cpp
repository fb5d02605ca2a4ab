// The head of a CGI answer. Every rule is stricter than some widely used server; what each of them
// makes of the same bytes differs, and a reply that is read in two ways is an attack.
#include <algorithm>
#include <charconv>

#include <turngate/cgi/response_head.h>
#include <turngate/http/field_list.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::cgi {
namespace {

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

bool is_digits(std::string_view s) {
    return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
}

// "//host/path" names a host (RFC 3986 section 4.2) and must never be answered from here.
bool is_local_path(std::string_view location) {
    return location.starts_with('/') && !location.starts_with("//");
}

}  // namespace

bool ResponseHeadReader::feed(std::string_view bytes) {
    std::size_t searched = buffer_.size();
    buffer_ += bytes;
    while (size_ <= max_size) {
        const auto end = buffer_.find('\n', std::max(searched, size_));
        if (end == std::string::npos) break;
        std::string_view line = std::string_view(buffer_).substr(size_, end - size_);
        if (line.ends_with('\r')) line.remove_suffix(1);
        size_ = end + 1;
        ++lines_;
        if (line.empty()) {
            complete();
            return true;
        }
        take_line(line);
    }
    if (buffer_.size() > max_size)
        throw ProtocolError("the response head is longer than " + std::to_string(max_size) +
                            " bytes");
    return false;
}

void ResponseHeadReader::take_line(std::string_view line) {
    const std::string where = "line " + std::to_string(lines_) + " of the response head ";
    if (line.front() == ' ' || line.front() == '\t')
        throw ProtocolError(where + "is folded, which RFC 9112 section 5.2 forbids");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) throw ProtocolError(where + "has no colon");
    const std::string_view name = line.substr(0, colon);
    if (!is_token(name)) throw ProtocolError(where + "has a name that is not a token");
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::any_of(value.begin(), value.end(), is_control))
        throw ProtocolError(where + "has a control character in its value");

    auto is = [&](std::string_view known) { return iequals(name, known); };
    if (is("Status")) return take_status(value);
    if (is("Content-Length")) return take_length(value);
    // Of a connection between two HTTP peers a program is none; a body is not chunked here,
    // whatever the program says.
    if (is("Connection")) connection_.add(name, value);
    if (is_hop_by_hop(name)) return;
    if (is("Location") && head_.headers.contains("Location"))
        throw ProtocolError(where + "is a second Location");
    if (is("Content-Type")) head_.headers.remove(name);
    if (head_.headers.size() == max_fields)
        throw ProtocolError("the response head has more than " + std::to_string(max_fields) +
                            " fields");
    head_.headers.add(name, value);
}

void ResponseHeadReader::take_status(std::string_view value) {
    if (has_status_) throw ProtocolError("the response has two Status fields");
    has_status_ = true;
    // RFC 3875 section 6.3.3: three digits, then a space and a reason, which HTTP/2 has not and we
    // do not keep.
    const std::string_view code = value.substr(0, value.find(' '));
    if (code.size() != 3 || !is_digits(code) || code < "200" || code > "599")
        throw ProtocolError("the Status \"" + std::string(value.substr(0, 40)) +
                            "\" is not three digits from 200 to 599");
    std::from_chars(code.data(), code.data() + code.size(), head_.status);
}

void ResponseHeadReader::take_length(std::string_view value) {
    std::uint64_t length = 0;
    if (!is_digits(value) ||
        std::from_chars(value.data(), value.data() + value.size(), length).ec != std::errc()) {
        head_.remarks.push_back("the Content-Length \"" + std::string(value.substr(0, 40)) +
                                "\" is no number and was ignored");
        return;
    }
    if (head_.content_length.value_or(length) != length)
        throw ProtocolError("the response has two different Content-Length fields");
    head_.content_length = length;
}

void ResponseHeadReader::complete() {
    if (lines_ == 1) throw ProtocolError("the response head has no field");
    if (const NominatedFields nominated(connection_); !nominated.empty())
        head_.headers.remove_if(
            [&](const Headers::Field& field) { return nominated.contains(field.name); });
    const std::string_view location = head_.headers.get("Location");
    if (location.empty() || has_status_) return;
    if (is_local_path(location) && lines_ == 2) head_.local_redirect = location;
    head_.status = 302;  // section 6.2.3
}

}  // namespace turngate::cgi
