#include "shop.h"

#include <stdexcept>
#include <string>

#include <turngate/handlers/middleware.h>
#include <turngate/handlers/mux.h>
#include <turngate/http/cookie.h>
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using turngate::Json;
using turngate::Request;
using turngate::Response;

namespace {

Response hello(Request& request) {
    return turngate::text("Hello, " + request.query("name", "world") + "!\n");
}

// What arrived, as the handler sees it.
Response mirror(Request& request) {
    Json::Array query, cookies;
    for (const auto& [name, value] : request.url.parameters())
        query.push_back(Json::array({name, value}));
    for (const auto& [name, value] : turngate::Cookies::of(request.headers))
        cookies.push_back(Json::array({name, value}));
    const std::string& body = request.body.text();
    const bool is_text = turngate::is_utf8(body);
    return turngate::json(Json::object({
        {"method", request.method},
        {"mounted_at", request.url.script_name},
        {"path", request.url.path},
        {"raw_query", request.url.query},
        {"query", std::move(query)},
        {"cookies", std::move(cookies)},
        {"content_type", std::string(request.headers.get("Content-Type"))},
        {is_text ? "text" : "base64", is_text ? body : turngate::base64_encode(body)},
    }));
}

Response take_order(Request& request) {
    Json order;
    try {
        order = Json::parse(request.body.text());
    } catch (const turngate::JsonError& e) {
        throw turngate::HttpError(400, e.what());
    }
    const std::string* sku = order["sku"].string();
    if (!sku) throw turngate::HttpError(422, "\"sku\" must be a string");
    Response reply = turngate::json(Json::object({{"id", "o-" + *sku}, {"total", 1290}}), 201);
    reply.headers.add("Location", "/orders/o-" + turngate::percent_encode(*sku));
    reply.headers.add("Set-Cookie", "last=" + turngate::percent_encode(*sku) + "; Path=/");
    reply.headers.add("Set-Cookie", "orders=1; Path=/; HttpOnly");
    return reply;
}

Response show_order(Request& request) {
    return turngate::json(Json::object({{"id", std::string(request.path_value("id"))}}));
}

// A transparent pixel: a reply that no JSON text can carry as it is.
Response pixel(Request&) {
    return {200,
            {{"Content-Type", "image/png"}, {"Cache-Control", "max-age=3600"}},
            *turngate::base64_decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNg"
                                     "AAIAAAUAAen63NgAAAAASUVORK5CYII=")};
}

// Events that are no HTTP requests arrive as POST /events, byte for byte.
Response events(Request& request) {
    const Json event = Json::parse(request.body.text());
    const Json::Array* records = event["Records"].items();
    return turngate::json(
        Json::object({{"records", records ? static_cast<int>(records->size()) : 0}}));
}

}  // namespace

turngate::HandlerPtr shop() {
    turngate::Mux mux;
    mux.use(turngate::limit_body(1 << 20));
    mux.handle("GET /hello", hello);
    mux.handle("/mirror/", mirror);
    mux.handle("POST /orders", take_order);
    mux.handle("GET /orders/{id}", show_order);
    mux.handle("DELETE /orders/{id}", [](Request&) { return Response{204, {}, {}}; });
    mux.handle("GET /pixel.png", pixel);
    mux.handle("GET /old", [](Request&) { return turngate::redirect("/hello", 301); });
    mux.handle("GET /broken", [](Request&) -> Response { throw std::runtime_error("no stock"); });
    mux.handle("POST /events", events);
    return turngate::to_handler(std::move(mux));
}
