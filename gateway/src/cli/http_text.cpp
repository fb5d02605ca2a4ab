#include "cli/http_text.h"

#include <algorithm>

#include "replay/printable.h"
#include <turngate/http/status.h>

namespace turngate::cli {
namespace {

std::string fields_text(const Headers& headers) {
    std::string text;
    for (const auto& [name, value] : headers) {
        text.append(name).append(": ").append(replay::printable(value)).append("\n");
    }
    return text + '\n';
}

bool suits_a_terminal(std::string_view body) {
    std::string text(body);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return replay::printable(text) == text;
}

}  // namespace

std::string head_text(const Request& request) {
    return replay::printable(request.method + ' ' + request.url.target()) + " HTTP/1.1\n" +
           fields_text(request.headers);
}

std::string head_text(const Response& response) {
    std::string line = "HTTP/1.1 " + std::to_string(response.status);
    std::string_view reason = reason_phrase(response.status);
    if (!reason.empty()) line.append(" ").append(reason);
    return line + '\n' + fields_text(response.headers);
}

void write_body(std::string_view body, Output& out, Output& err) {
    if (!out.terminal().is_terminal) {
        out.write(body);
    } else if (suits_a_terminal(body)) {
        out.write(body);
        if (!body.empty() && !body.ends_with('\n')) out.write("\n");
    } else {
        err.write("note: " + std::to_string(body.size()) +
                  " bytes of binary data are not shown on a terminal\n");
    }
}

}  // namespace turngate::cli
