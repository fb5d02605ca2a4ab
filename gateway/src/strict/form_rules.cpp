// What a reply has to look like for a platform to take it.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "strict/rule_tables.h"
#include <turngate/events/reply.h>
#include <turngate/http/encoding.h>
#include <turngate/http/field_list.h>
#include <turngate/http/headers.h>
#include <turngate/http/media_type.h>

namespace turngate::strict {
namespace {

using enum Platform;

std::string quoted(std::string_view name) {
    return '"' + std::string(name.substr(0, 80)) + '"';
}

// What kind of value it is, for people.
std::string_view kind(const Json& value) {
    if (value.string()) return "a string";
    if (value.boolean()) return "a boolean";
    if (value.items()) return "a list";
    if (value.members()) return "an object";
    return value.is_null() ? "null" : "a number";
}

bool is_string(const Json& value) {
    return value.string() != nullptr;
}

std::string object(const Subject& s) {
    if (!s.reply || s.json.members()) return {};
    return s.is_json ? "the reply is " + std::string(kind(s.json)) : "the reply is no JSON";
}

// The first member of the object `name` whose value `fits` not.
template <class Fits>
std::string misfit(const Json& reply, std::string_view name, const Fits& fits) {
    const Json* map = reply.find(name);
    if (!map || map->is_null()) return {};
    if (!map->members()) return std::string(name) + " is " + std::string(kind(*map));
    for (const auto& [field, value] : *map->members())
        if (!fits(value))
            return std::string(name) + " has " + std::string(kind(value)) + " for " + quoted(field);
    return {};
}

// A number, or a string of its digits.
std::string bad_status(const Json& code, std::string_view name) {
    std::string digits = code.string_or("");
    if (code.integer()) digits = std::to_string(*code.integer());
    const bool is_status =
        digits.size() == 3 && digits[0] >= '2' && digits[0] <= '5' &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_status ? "" : std::string(name) + " is " + code.dump().substr(0, 80);
}

std::string status(const Subject& s) {
    const Json* code = s.json.find("statusCode");
    if (!s.json.members()) return {};  // another rule's
    return code ? bad_status(*code, "statusCode") : "the reply has no statusCode";
}

// Without a statusCode the whole result is the body.
std::string inferred_status(const Subject& s) {
    return s.json.find("statusCode") ? status(s) : "";
}

// Of payload 2.0, where such a result may have members of any name and kind.
bool is_inferred(const Subject& s) {
    return (s.platform == apigw_v2 || s.platform == function_url) && !s.json.find("statusCode");
}

std::string body(const Subject& s) {
    if (is_inferred(s)) return {};
    const Json* body = s.json.find("body");
    if (!body || body->is_null() || is_string(*body)) return {};
    return "body is " + std::string(kind(*body));
}

std::string base64(const Subject& s) {
    if (is_inferred(s)) return {};
    const Json* flag = s.json.find("isBase64Encoded");
    if (!flag || flag->is_null()) return {};
    if (!flag->boolean()) return "isBase64Encoded is " + std::string(kind(*flag));
    const std::string* body = s.json["body"].string();
    if (!*flag->boolean() || !body || base64_decode(*body)) return {};
    return "isBase64Encoded is true, and the body is no base64";
}

std::string header_strings(const Subject& s) {
    return is_inferred(s) ? "" : misfit(s.json, "headers", is_string);
}

// A REST API takes numbers and booleans for strings.
std::string header_scalars(const Subject& s) {
    return misfit(s.json, "headers",
                  [](const Json& value) { return !value.items() && !value.members(); });
}

std::string multi_value_lists(const Subject& s) {
    return misfit(s.json, "multiValueHeaders", [](const Json& value) {
        return value.items() &&
               std::all_of(value.items()->begin(), value.items()->end(), is_string);
    });
}

std::string known_members(const Subject& s) {
    constexpr std::array<std::string_view, 5> known = {"statusCode", "headers", "multiValueHeaders",
                                                       "body", "isBase64Encoded"};
    if (!s.json.members()) return {};
    for (const auto& member : *s.json.members())
        if (std::find(known.begin(), known.end(), member.first) == known.end())
            return "the reply has the member " + quoted(member.first);
    return {};
}

std::string no_multi_value_headers(const Subject& s) {
    const Json* map = s.json.find("multiValueHeaders");
    if (!s.json.find("statusCode") || !map || !map->members() || map->members()->empty()) return {};
    return "the reply has multiValueHeaders, of " + quoted(map->members()->front().first);
}

std::string cookies(const Subject& s) {
    const Json* list = s.json.find("cookies");
    if (!s.json.find("statusCode") || !list || list->is_null()) return {};
    if (!list->items()) return "cookies is " + std::string(kind(*list));
    const auto other = std::find_if_not(list->items()->begin(), list->items()->end(), is_string);
    return other == list->items()->end() ? "" : "cookies has " + std::string(kind(*other));
}

// One media type of a REST API's binaryMediaTypes: "image/png", "image/*", "*/*".
bool covers(std::string_view range, std::string_view type) {
    if (range == "*/*") return true;
    if (range.ends_with("/*")) {
        range.remove_suffix(1);
        return type.size() > range.size() && iequals(type.substr(0, range.size()), range);
    }
    return iequals(range, type);
}

std::string binary_types(const Subject& s) {
    if (!s.json["isBase64Encoded"].bool_or(false)) return {};
    std::string_view accept = s.request.accept;
    std::string_view type = take_element(accept);
    type = trimmed(type.substr(0, type.find(';')));
    if (std::any_of(s.binary_types.begin(), s.binary_types.end(),
                    [&](const std::string& range) { return covers(range, type); }))
        return {};
    return "isBase64Encoded is true, and the request's Accept begins with " +
           (type.empty() ? "nothing" : quoted(type));
}

std::string alb_flag(const Subject& s) {
    return s.json.members() && !s.json.find("isBase64Encoded") ? "the reply has no isBase64Encoded"
                                                               : "";
}

// The mode of the target group decides, and the other map is not read.
std::string alb_map(const Subject& s) {
    const bool is_multi = s.platform == alb_multi;
    const std::string_view wanted = is_multi ? "multiValueHeaders" : "headers";
    const std::string_view other = is_multi ? "headers" : "multiValueHeaders";
    if (!s.json.members() || s.json[wanted].members()) return {};
    std::string fault = "the reply has no object " + std::string(wanted);
    if (s.json[other].members()) fault += ", but " + std::string(other);
    return fault;
}

std::string edge_status(const Subject& s) {
    if (!s.json.members()) return {};
    if (const Json* code = s.json.find("status")) return bad_status(*code, "status");
    return s.json.find("statusCode") ? "the reply has a statusCode, and no status"
                                     : "the reply has no status";
}

std::string edge_lists(const Subject& s) {
    return misfit(s.json, "headers", [](const Json& value) {
        const Json::Array* entries = value.items();
        return entries && std::all_of(entries->begin(), entries->end(), [](const Json& entry) {
                   return entry["value"].string() && (!entry.find("key") || entry["key"].string());
               });
    });
}

// What does not come through the codec, which leaves out what CloudFront refuses.
std::string edge_refused(const Subject& s) {
    const Json::Object* fields = s.json["headers"].members();
    if (!fields || !edge_lists(s).empty()) return {};
    for (const auto& field : *fields) {
        Response alone{.status = 200, .headers = {}, .body = "x"};
        try {
            alone.headers.add(field.first, "x");
        } catch (const std::invalid_argument&) {
            return "the name " + quoted(field.first) + " is no token";
        }
        const Json passed =
            Json::parse(events::encode(alone, events::Format::edge, {.check_size = false}));
        if (passed["headers"].members()->empty()) return "the reply sets " + quoted(field.first);
    }
    return {};
}

std::string edge_encoding(const Subject& s) {
    const Json* encoding = s.json.find("bodyEncoding");
    if (encoding) {
        const std::string* word = encoding->string();
        if (!word || (*word != "text" && *word != "base64"))
            return "bodyEncoding is " + encoding->dump().substr(0, 80);
        const std::string* body = s.json["body"].string();
        return *word == "base64" && body && !base64_decode(*body)
                   ? "bodyEncoding is base64, and the body is not"
                   : "";
    }
    return s.json.find("isBase64Encoded") ? "the reply has isBase64Encoded, and no bodyEncoding"
                                          : "";
}

std::string reserved_headers(const Subject& s) {
    constexpr std::string_view prefix = "x-open-runtimes-";
    for (const auto& [name, value] : s.headers)
        if (lower_case(name.substr(0, prefix.size())) == prefix)
            return "the reply sets " + quoted(name);
    return {};
}

std::string vercel_encoding(const Subject& s) {
    const Json* encoding = s.json.find("encoding");
    if (!encoding) return {};
    const std::string* body = s.json["body"].string();
    if (encoding->string_or("") == "base64" && body && !base64_decode(*body))
        return "encoding is base64, and the body is not";
    return {};
}

constexpr Platforms by_status_code(apigw_v1, apigw_http1, alb, alb_multi, lattice_v1, lattice_v2,
                                   websocket, vercel);
constexpr Platforms by_body(apigw_v1, apigw_http1, apigw_v2, function_url, alb, alb_multi,
                            lattice_v1, lattice_v2, websocket, edge, vercel);
constexpr Platforms by_flag(apigw_v1, apigw_http1, apigw_v2, function_url, alb, alb_multi,
                            lattice_v1, lattice_v2, websocket);

constexpr std::string_view proxy_source =
    "AWS, Lambda proxy integrations: output format of a Lambda function";
constexpr std::string_view v2_source = "AWS, payload format 2.0 of HTTP APIs";
constexpr std::string_view alb_source = "AWS, Lambda functions as targets of a load balancer";
constexpr std::string_view edge_source = "AWS, responses in request triggers of Lambda@Edge";
constexpr std::string_view write_strings = "write it as a string";

constexpr Rule table[] = {
    {.name = "reply-object",
     .platforms = Platforms(apigw_v1, apigw_http1, alb, alb_multi, lattice_v1, lattice_v2,
                            websocket, edge, vercel),
     .what = "the reply is a JSON object",
     .outcome = "the client gets a 502",
     .fix = "return an object with a status and a body",
     .source = proxy_source,
     .fault = object},
    {.name = "reply-status",
     .platforms = by_status_code,
     .what = "statusCode is a whole number from 200 to 599",
     .outcome = "the client gets a 502",
     .fix = "return a statusCode",
     .source = proxy_source,
     .fault = status},
    {.name = "apigw-v2-status",
     .platforms = Platforms(apigw_v2, function_url),
     .what = "a statusCode is a whole number from 200 to 599",
     .outcome = "the client gets a 500 from an HTTP API and a 502 from a function URL",
     .fix = "return a statusCode, or none to have the result be the body of a 200",
     .source = v2_source,
     .fault = inferred_status},
    {.name = "reply-body-string",
     .platforms = by_body,
     .what = "the body is a string",
     .outcome = "the client gets a 502",
     .fix = "return the JSON of the body as a string",
     .source = proxy_source,
     .fault = body},
    {.name = "reply-base64",
     .platforms = by_flag,
     .what = "isBase64Encoded is a boolean, and with true the body is base64",
     .outcome = "the client gets a 502 or the text as it stands",
     .fix = "encode the body, or leave isBase64Encoded out",
     .source = proxy_source,
     .fault = base64},
    {.name = "apigw-v1-headers",
     .platforms = Platforms(apigw_v1, apigw_http1),
     .what = "headers has one value a name",
     .outcome = "API Gateway answers 502 Malformed Lambda proxy response",
     .fix = "put several values of a name into multiValueHeaders",
     .source = proxy_source,
     .fault = header_scalars},
    {.name = "reply-multi-value-headers",
     .platforms = Platforms(apigw_v1, apigw_http1, alb_multi),
     .what = "multiValueHeaders has lists of strings",
     .outcome = "the client gets a 502",
     .fix = "write [\"value\"] for a name that has one value",
     .source = proxy_source,
     .fault = multi_value_lists},
    {.name = "apigw-v1-members",
     .platforms = Platforms(apigw_v1),
     .what = "the reply has statusCode, headers, multiValueHeaders, body and isBase64Encoded, and "
             "no other member",
     .outcome = "API Gateway answers 502 Malformed Lambda proxy response",
     .fix = "leave the member out; cookies go into multiValueHeaders as set-cookie",
     .source = proxy_source,
     .fault = known_members},
    {.name = "apigw-v1-binary",
     .platforms = Platforms(apigw_v1),
     .what = "a base64 body needs a binaryMediaTypes entry that covers the first type of the "
             "request's Accept",
     .outcome = "the client gets the base64 text as it stands",
     .fix = "add the type to the API's binaryMediaTypes and give it by --binary-type, or send text",
     .source = "AWS, binary media types of REST APIs",
     .fault = binary_types},
    {.name = "reply-header-strings",
     .platforms = Platforms(apigw_v2, function_url, alb),
     .what = "headers has strings",
     .outcome = "the client gets a 502, or the header is missing",
     .fix = write_strings,
     .source = alb_source,
     .fault = header_strings},
    {.name = "apigw-v2-multi-value-headers",
     .platforms = Platforms(apigw_v2, function_url),
     .what = "the reply has no multiValueHeaders",
     .outcome = "these headers do not reach the client",
     .fix = "join the values in headers, and put Set-Cookie values into cookies",
     .source = v2_source,
     .fault = no_multi_value_headers},
    {.name = "apigw-v2-cookies",
     .platforms = Platforms(apigw_v2, function_url),
     .what = "cookies is a list of strings",
     .outcome = "the client gets a 500 from an HTTP API and a 502 from a function URL",
     .fix = "write [\"name=value\"]",
     .source = v2_source,
     .fault = cookies},
    {.name = "alb-base64-flag",
     .platforms = load_balancer,
     .what = "the reply says isBase64Encoded",
     .outcome = "the load balancer answers 502",
     .fix = "return isBase64Encoded, also where it is false",
     .source = alb_source,
     .fault = alb_flag},
    {.name = "alb-header-map",
     .platforms = load_balancer,
     .what = "the reply has headers, or with multi-value headers switched on multiValueHeaders",
     .outcome = "the load balancer answers 502 or leaves the headers out",
     .fix = "return the map that the attribute lambda.multi_value_headers.enabled of the target "
            "group asks for",
     .source = alb_source,
     .fault = alb_map},
    {.name = "edge-status",
     .platforms = Platforms(edge),
     .what = "the reply has a status from 200 to 599",
     .outcome = "CloudFront answers 502",
     .fix = "return {\"status\": \"200\", ...}",
     .source = edge_source,
     .fault = edge_status},
    {.name = "edge-headers",
     .platforms = Platforms(edge),
     .what = "headers has lists of {key, value}",
     .outcome = "CloudFront answers 502",
     .fix = "write {\"name\": [{\"key\": \"Name\", \"value\": \"...\"}]}",
     .source = edge_source,
     .fault = edge_lists},
    {.name = "edge-refused-headers",
     .platforms = Platforms(edge),
     .what = "the reply sets no header that CloudFront keeps for itself",
     .outcome = "CloudFront answers 502",
     .fix = "leave the header out",
     .source = "AWS, Restrictions on edge functions",
     .fault = edge_refused},
    {.name = "edge-body-encoding",
     .platforms = Platforms(edge),
     .what = "bodyEncoding is text or base64, and tells what the body is",
     .outcome = "CloudFront answers 502, or the client gets the base64 text",
     .fix = "return bodyEncoding with the body",
     .source = edge_source,
     .fault = edge_encoding},
    {.name = "vercel-base64",
     .platforms = Platforms(vercel),
     .what = "with encoding base64 the body is base64",
     .outcome = "the client gets a damaged body",
     .fix = "encode the body, or leave the encoding out",
     .source = "Vercel, replies of its Node.js bridge",
     .fault = vercel_encoding},
    {.name = "open-runtimes-reserved-headers",
     .platforms = Platforms(open_runtimes, appwrite),
     .what = "the reply sets no header x-open-runtimes-*",
     .outcome = "the runtime drops the header",
     .fix = "give the header another name",
     .source = "Open Runtimes, headers of replies",
     .fault = reserved_headers},
};

}  // namespace

std::span<const Rule> form_rules() {
    return table;
}

}  // namespace turngate::strict
