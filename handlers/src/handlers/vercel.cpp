#include <turngate/handlers/vercel.h>
#include <turngate/http/cookie.h>
#include <turngate/http/encoding.h>
#include <turngate/http/media_type.h>

namespace turngate::vercel {

std::optional<std::string> Request::cookie(std::string_view name) const {
    const Cookies cookies = Cookies::of(raw_.headers);
    const auto value = cookies.get(name);
    return value ? std::optional(percent_decode(*value)) : std::nullopt;
}

const Json& Request::body() {
    if (!body_) body_ = parse();
    return *body_;
}

Json Request::parse() {
    const std::string& text = raw_.body.text();
    const auto type = MediaType::parse(raw_.headers.get("Content-Type"));
    if (!type || type->essence != "application/json") return text;
    if (text.empty()) return Json::object({});
    try {
        // As in Node: of two members with one name the last counts.
        return Json::parse(text, {.size = text.size()}, DuplicateNames::keep_last);
    } catch (const JsonError& e) {
        throw HttpError(400, e.what());
    }
}

void Response::send(std::string_view body) {
    send_as("text/html; charset=utf-8", body);
}

void Response::json(const Json& value) {
    send_as("application/json; charset=utf-8", value.dump());
}

void Response::send_as(std::string_view type, std::string_view body) {
    if (!raw_.headers().contains("Content-Type")) raw_.header("Content-Type", type);
    raw_.write(body);
}

}  // namespace turngate::vercel
