// A query, a Cookie field, a Content-Type and a body: whatever they are, what VercelRequest makes
// of them is UTF-8 and unambiguous, and what cannot be read is the client's fault.
// covers: handlers/src/handlers/vercel_request.cpp handlers/src/handlers/named_values.cpp
// handlers/src/handlers/lossy_utf8.cpp handlers/src/handlers/content_type.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../../handlers/src/handlers/content_type.h"
#include <turngate/handlers/vercel_request.h>
#include <turngate/http/encoding.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_values(const Json& object, std::size_t fewest_of_a_list) {
    std::set<std::string> names;
    for (const auto& [name, value] : *object.members()) {
        require(names.insert(name).second);
        require(value.string() || value.items()->size() >= fewest_of_a_list);
    }
}

void check_body(vercel::Request& req) {
    try {
        const Json& body = req.body();
        require(&body == &req.body());
        switch (req.body_kind()) {
            case vercel::BodyKind::absent:
                return require(body.is_null());
            case vercel::BodyKind::text:
                return require(is_utf8(*body.string()));
            case vercel::BodyKind::bytes:
                return require(*body.string() == req.raw().body.text());
            case vercel::BodyKind::form:
                require(body.members()->size() <= 1000);
                return check_values(body, 2);
            case vercel::BodyKind::json:
                require(body == Json::parse(body.dump(), {.size = SIZE_MAX}));
        }
    } catch (const HttpError& e) {
        require(e.status() == 400);
    }
}

// What is accepted is printed in one form alone.
void check_content_type(std::string_view text) {
    std::string printed;
    try {
        printed = ContentType::parse(text).text();
    } catch (const std::invalid_argument&) {
        return;
    }
    require(ContentType::parse(printed).text() == printed);
}

std::string take_line(std::string_view& input) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    return std::string(line);
}

}  // namespace

// Three lines, and behind them the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    Request request;
    request.method = "POST";
    request.url.query = take_line(input);
    const std::string cookie = take_line(input), type = take_line(input);
    check_content_type(type);
    if (!is_field_value(cookie) || !is_field_value(type)) return 0;
    request.headers.add("Cookie", cookie);
    request.headers.add("Content-Type", type);
    request.body = std::string(input);

    vercel::Request req(request);
    check_values(req.query(), 2);
    check_values(req.cookies(), SIZE_MAX);
    for (const auto& [name, value] : *req.query().members())
        require(is_utf8(name) && (!value.string() || is_utf8(*value.string())));
    check_body(req);
    return 0;
}
