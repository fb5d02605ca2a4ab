// The calls of extensions.
#include <stop_token>
#include <utility>

#include "fresh_ids.h"
#include "host/runtime_call.h"
#include <turngate/http/field_list.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {
namespace {

constexpr std::size_t most_registration = 64 * 1024;  // bytes

// Throws JsonError.
std::vector<std::string> events_of(const std::string& body) {
    const Json json = Json::parse(body);
    if (!json.members()) throw JsonError("the body is no JSON object");
    std::vector<std::string> events;
    const Json& list = json["events"];
    if (list.is_null()) return events;
    if (!list.items()) throw JsonError("\"events\" is no array");
    for (const Json& event : *list.items()) {
        if (!event.string()) throw JsonError("an item of \"events\" is no string");
        events.push_back(*event.string());
    }
    return events;
}

bool wants_account(std::string_view features) {
    while (!features.empty())
        if (take_element(features) == "accountId") return true;
    return false;
}

}  // namespace

void RuntimeApi::enlist(Call& call) const {
    const Headers& headers = call.request.headers;
    Extensions::Registration registration;
    registration.name = headers.get("Lambda-Extension-Name");
    try {
        if (!registration.name.empty())
            registration.events = events_of(call.request.body.text(most_registration));
    } catch (const JsonError& e) {
        return call.refuse({403, "InvalidRequestFormat", e.what()});
    }
    const std::string name = registration.name;
    std::string identifier;
    if (const auto refused = dispatcher_.enlist(call.slot, std::move(registration), identifier))
        return call.refuse(*refused);
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    if (wants_account(headers.get("Lambda-Extension-Accept-Feature")))
        json.key("accountId").string(options_.account);
    json.key("functionName").string(options_.name);
    json.key("functionVersion").string("$LATEST");
    json.key("handler").string(options_.handler).end_object();
    call.response.header("Lambda-Extension-Identifier", identifier);
    call.send_json(200, body);
    log_.say("extension " + name + " is registered");
}

void RuntimeApi::next_event(Call& call, std::string_view identifier) const {
    const Context& context = call.request.context;
    const Notices::Lease notice = notices_.take(context.parking);
    if (const auto refused = dispatcher_.ask_as(call.slot, identifier, *notice))
        return call.refuse(*refused);
    struct Leaving {
        Dispatcher& dispatcher;
        std::size_t slot;
        std::string_view identifier;
        const Notice& notice;
        ~Leaving() { dispatcher.leave_as(slot, identifier, notice); }
    } const leaving{dispatcher_, call.slot, identifier, *notice};
    const std::stop_callback wake(context.stop, [&] { notice->signal(); });
    for (;;) {
        const ExtensionEvent event = dispatcher_.take_as(call.slot, identifier, *notice);
        if (event.kind != ExtensionEvent::Kind::none) {
            call.response.header("Lambda-Extension-Event-Identifier", fresh_uuid());
            return call.send_json(200, event.body);
        }
        context.check();
        if (!dispatcher_.waits_as(call.slot, identifier, *notice))
            return call.refuse({403, "Extension.UnknownExtensionIdentifier",
                                "Unknown extension " + std::string(identifier)});
        notice->wait();
    }
}

void RuntimeApi::fail_extension(Call& call, std::string_view identifier,
                                std::string_view state) const {
    constexpr std::string_view field = "Lambda-Extension-Function-Error-Type";
    const std::string_view type = call.request.headers.get(field);
    if (type.empty())
        return call.refuse({403, "Extension.MissingHeader", std::string(field) + " not found"});
    if (const auto refused = dispatcher_.fail_as(call.slot, identifier, state))
        return call.refuse(*refused);
    log_.say("an extension cannot go on: " + std::string(type));
    call.accept();
}

}  // namespace turngate::host
