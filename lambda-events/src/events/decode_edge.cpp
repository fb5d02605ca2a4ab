// Lambda@Edge: CloudFront's request triggers. Rare and small, so read as a tree.
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::events {
namespace {

// Errors name the member and the byte where the request starts.
class Edge {
  public:
    explicit Edge(Decoding& in)
        : in_(in),
          tree_(Json::parse(in.event.text(), {.size = in.event.text().size()})),
          cf_(tree_["Records"][0]["cf"]),
          request_(cf_["request"]) {}

    void decode() {
        Url& url = in_.request().url;
        in_.set_method(value(request_["method"]), member("method"));
        set_path(in_, value(request_["uri"]), member("uri"), PathForm::encoded);
        url.query = percent_escape_query(text("querystring"));
        add_fields();
        set_body_member();
        const Json& config = cf_["config"];
        const std::string domain = config["distributionDomainName"].string_or("");
        const std::string client(in_.word(value(request_["clientIp"]), member("clientIp")));
        std::string_view scheme = in_.request().headers.get("cloudfront-forwarded-proto");
        set_origin(in_, {.domain_name = domain,
                         .source_ip = client,
                         .scheme = scheme == "http" ? "http" : "https"});
        url.strip_prefix(in_.options.base_path);
        const std::string context = config.is_null() ? std::string() : config.dump();
        const std::string id = config["requestId"].string_or("");
        in_.attach({.request_context = context, .request_id = id, .domain_name = domain});
    }

  private:
    static std::string member(std::string_view last) {
        return "Records[0].cf.request." + std::string(last);
    }

    // A view into the tree.
    Value value(const Json& json) const {
        Value out;
        out.begin = out.end = in_.event[Member::cf_request].begin;
        out.kind = json.is_null()   ? Kind::null
                   : json.string()  ? Kind::string
                   : json.boolean() ? Kind::boolean
                   : json.items()   ? Kind::array
                   : json.members() ? Kind::object
                                    : Kind::number;
        if (json.string()) out.text = *json.string();
        return out;
    }

    std::string_view text(std::string_view name) {
        return in_.text(value(request_[name]), member(name));
    }

    [[noreturn]] void refuse(const Json& json, std::string_view name, std::string_view rule) {
        in_.refuse_kind(value(json), member(name), rule);
    }

    // {"host": [{"key": "Host", "value": "example.com"}, ...], ...}
    void add_fields() {
        const Json& headers = request_["headers"];
        if (headers.is_null()) return;
        if (!headers.members()) refuse(headers, "headers", "an object");
        for (const auto& [name, list] : *headers.members()) {
            if (!list.items()) refuse(list, "headers." + name, "an array");
            for (const Json& item : *list.items()) {
                if (!item["value"].string())
                    refuse(item["value"], "headers." + name + "[].value", "a string");
                const std::string key = item["key"].string_or(name);
                if (!iequals(key, name))
                    in_.refuse_or_note(value(item["key"]), member("headers." + name + "[].key"),
                                       "not the name of its list", "the key taken");
                add_header(in_, member("headers"), {key, value(item["value"])},
                           *item["value"].string());
            }
        }
    }

    void set_body_member() {
        const Json& body = request_["body"];
        // Not in the event unless it was asked for: then there is none, whatever its length was.
        if (body.is_null()) return set_body(in_, value(body), member("body"), false);
        if (!body.members()) refuse(body, "body", "an object");
        if (body["inputTruncated"].bool_or(false))
            throw HttpError(413, "CloudFront cut off the request's body (inputTruncated)");
        std::string_view encoding = in_.text(value(body["encoding"]), member("body.encoding"));
        if (!encoding.empty() && encoding != "base64" && encoding != "text")
            in_.refuse(value(body["encoding"]), member("body.encoding"),
                       "expected \"base64\" or \"text\"");
        set_body(in_, value(body["data"]), member("body.data"), encoding == "base64");
    }

    Decoding& in_;
    Json tree_;
    const Json& cf_;
    const Json& request_;
};

}  // namespace

void decode_edge(Decoding& in) {
    if (!in.event[Member::cf_request].is_object())
        in.refuse_kind(in.event[Member::cf_request], name(Member::cf_request), "an object");
    Edge(in).decode();
}

}  // namespace turngate::events
