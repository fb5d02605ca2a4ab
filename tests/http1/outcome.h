// Parses bytes as one head, cut in different ways, and tells the outcome as one line of text.
#pragma once

#include <string>
#include <string_view>

#include <turngate/http1/head_parser.h>

namespace turngate::http1 {

inline std::string framing_text(const Framing& framing) {
    switch (framing.kind) {
        case Framing::Kind::none:
            return "none";
        case Framing::Kind::length:
            return std::to_string(framing.length);
        case Framing::Kind::chunked:
            return "chunked";
        case Framing::Kind::until_close:
            break;
    }
    return "until close";
}

inline std::string describe(const RequestHead& head) {
    std::string out = head.method + ' ' + head.target;
    out += head.version == Version::http11 ? " 1.1 " : " 1.0 ";
    out += framing_text(head.framing);
    if (!head.keep_alive) out += " close";
    if (head.expects_continue) out += " expects";
    return out;
}

inline std::string describe(const ReplyHead& head) {
    std::string out = std::to_string(head.status) + " \"" + head.reason + '"';
    out += head.version == Version::http11 ? " 1.1 " : " 1.0 ";
    return out + framing_text(head.framing) + (head.keep_alive ? "" : " close");
}

// "GET / 1.1 none +5 fields, 3 left", "400 a header line has no colon", or "more". `step` bytes go
// in at once.
template <class Parser>
std::string outcome(Parser parser, std::string_view bytes, std::size_t step) {
    Progress progress = Progress::more;
    while (progress == Progress::more && !bytes.empty()) {
        std::string piece(bytes.substr(0, step));  // a copy, so that no view may outlive it
        std::string_view rest = piece;
        progress = parser.feed(rest);
        bytes.remove_prefix(piece.size() - rest.size());
    }
    if (progress == Progress::more) return "more";
    if (progress == Progress::failed)
        return std::to_string(parser.error().status) + ' ' + parser.error().message;
    const auto head = parser.take();
    std::string out = describe(head);
    for (const auto& field : head.headers)
        out.append("|").append(field.name).append("=").append(field.value);
    return out + '|' + std::to_string(bytes.size()) + " left";
}

}  // namespace turngate::http1
