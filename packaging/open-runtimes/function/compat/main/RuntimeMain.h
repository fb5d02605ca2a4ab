// The program of a function that was written for the C++ runtime of Open Runtimes, which is
// included before: `namespace runtime { class Handler { static RuntimeOutput main(RuntimeContext&);
// }; }`.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "RuntimeContext.h"
#include <turngate/handlers/open_runtimes.h>
#include <turngate/turngate.h>

namespace runtime {

inline Json::Value read_json(const std::string& text) {
    Json::Value value;
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    try {
        if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr)) return {};
    } catch (const Json::Exception&) {  // nested too deeply
        return {};
    }
    return value;
}

inline void fill(RuntimeRequest& req, turngate::open_runtimes::Request& from) {
    req.method = from.method();
    req.scheme = from.scheme();
    req.host = from.host();
    req.port = from.port();
    req.path = from.path();
    req.query = read_json(from.query().dump());
    req.queryString = from.query_string();
    req.headers = read_json(from.headers().dump());
    const auto bytes = std::as_bytes(std::span(from.body_binary()));
    req.bodyBinary.assign(bytes.begin(), bytes.end());
    req.bodyRaw = req.bodyText = from.body_text();
    req.bodyJson = read_json(req.bodyText);
    req.url = from.url();
    const std::string type(from.header("content-type").substr(0, 16));
    if (!turngate::iequals(type, "application/json"))
        req.body = req.bodyText;
    else
        req.body = req.bodyText.empty() ? Json::Value(Json::objectValue) : req.bodyJson;
}

inline turngate::Response response_of(const RuntimeOutput& output) {
    turngate::Headers headers;
    for (const std::string& name : output.headers.getMemberNames()) {
        const Json::Value& value = output.headers[name];
        if (!value.isArray()) headers.add(name, value.asString());
        for (const Json::Value& item : value.isArray() ? value : Json::Value())
            headers.add(name, item.asString());
    }
    return turngate::open_runtimes::Response().binary(output.body, output.statusCode,
                                                      std::move(headers));
}

}  // namespace runtime

int main(int argc, char** argv) {
    return turngate::run(
        argc, argv, turngate::open_runtimes::handler([](turngate::open_runtimes::Context& from) {
            runtime::RuntimeContext context(from.req.raw().context);
            runtime::fill(context.req, from.req);
            return runtime::response_of(runtime::Handler::main(context));
        }));
}
