#include "cli/request_options.h"

#include <algorithm>
#include <exception>
#include <string>

#include "cli/exit_status.h"
#include "cli/input.h"
#include <turngate/handlers/spelling.h>
#include <turngate/http/encoding.h>
#include <turngate/http/headers.h>
#include <turngate/json/json.h>

namespace turngate::cli {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw CommandError(exit_status::usage, message, hint);
}

void check_target(std::string_view target) {
    auto foreign = [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '#'; };
    auto bad = std::find_if(target.begin(), target.end(), foreign);
    if (bad != target.end())
        refuse("the path " + std::string(target) + " has a character that must be escaped, at " +
                   std::to_string(bad - target.begin()),
               "write " + percent_encode({bad, 1}) + " for it");
    if (!target.starts_with('/'))
        refuse("the path " + std::string(target) + " does not start with '/'",
               "write /" + std::string(target));
}

void add_header(Headers& headers, std::string_view field) {
    auto colon = field.find(':');
    if (colon == std::string_view::npos || !is_token(field.substr(0, colon)))
        refuse("--header: \"" + std::string(field) + "\" is not a header field",
               "write -H 'Name: value'");
    std::string_view value = field.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t'))
        value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\t'))
        value.remove_suffix(1);
    try {
        headers.add(field.substr(0, colon), value);
    } catch (const std::exception& e) {
        refuse("--header " + std::string(field.substr(0, colon)) + ": " + e.what(),
               "a value is one line of text");
    }
}

std::string_view media_type(const std::string& data) {
    if (is_json(data)) return "application/json";
    return is_utf8(data) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

}  // namespace

Request make_request(const Arguments& arguments, std::string_view target) {
    check_target(target);
    Request request;
    request.url = Url::parse(target);
    for (const std::string& field : arguments.all("header"))
        add_header(request.headers, field);
    if (arguments.given("data")) {
        request.method = "POST";
        std::string data = read_data(arguments.text("data"));
        if (!request.headers.contains("Content-Type"))
            request.headers.add("Content-Type", media_type(data));
        request.body = Body(std::move(data));
    }
    if (arguments.given("method")) request.method = arguments.text("method");
    if (!is_token(request.method))
        refuse("--method: \"" + request.method + "\" is not a method", "write -X POST");
    return request;
}

std::vector<std::string_view> shape_names() {
    std::vector<std::string_view> names;
    for (events::Format format : events::formats())
        names.push_back(events::name(format));
    return names;
}

events::Format shape_named(std::string_view name) {
    if (auto format = events::format_named(name)) return *format;
    const auto names = shape_names();
    std::string_view near = nearest_word(name, names);
    std::string known;
    for (std::string_view each : names)
        known.append(" ").append(each);
    refuse("unknown shape \"" + std::string(name) + '"',
           near.empty() ? "the shapes are:" + known : "did you mean " + std::string(near) + "?");
}

}  // namespace turngate::cli
