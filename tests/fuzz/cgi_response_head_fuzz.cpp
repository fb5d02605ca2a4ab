// The head of a CGI answer: however the bytes are cut, the outcome is the same; what is accepted
// and written again reads as the same head.
// covers: handlers/src/cgi/response_head.cpp
#include <cstdlib>
#include <optional>
#include <string>

#include <turngate/cgi/response_head.h>

using namespace turngate;

namespace {

struct Result {
    bool complete = false;
    std::string error;
    cgi::ResponseHead head;
    std::string rest;
};

Result read(std::string_view bytes, std::size_t step) {
    Result out;
    cgi::ResponseHeadReader reader;
    try {
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            if (!reader.feed(bytes.substr(at, step))) continue;
            out.complete = true;
            out.head = reader.head();
            out.rest = reader.rest();
            if (at + step < bytes.size()) out.rest += bytes.substr(at + step);
            break;
        }
    } catch (const ProtocolError& e) {
        out.error = e.what();
    }
    return out;
}

std::string write(const cgi::ResponseHead& head) {
    std::string out = "Status: " + std::to_string(head.status) + "\r\n";
    for (const auto& [name, value] : head.headers)
        out.append(name).append(": ").append(value).append("\r\n");
    if (head.content_length)
        out += "Content-Length: " + std::to_string(*head.content_length) + "\r\n";
    return out + "\r\n";
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Result whole = read(bytes, std::max<std::size_t>(size, 1));
    for (std::size_t step : {1u, 7u}) {
        const Result pieces = read(bytes, step);
        require(pieces.complete == whole.complete && pieces.error == whole.error);
        require(pieces.rest == whole.rest);
        require(pieces.head.headers == whole.head.headers);
    }
    if (!whole.complete) return 0;
    require(whole.head.status >= 200 && whole.head.status <= 599);
    require(!whole.head.headers.contains("Status"));
    require(!whole.head.headers.contains("Transfer-Encoding"));
    if (const std::string text = write(whole.head);
        text.size() <= cgi::ResponseHeadReader::max_size) {
        const Result again = read(text, text.size());
        require(again.complete && again.head.status == whole.head.status);
        require(again.head.headers == whole.head.headers);
        require(again.head.content_length == whole.head.content_length);
    }
    return 0;
}
