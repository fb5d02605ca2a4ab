// Lambda@Edge: CloudFront's request triggers. Rare and small, so read as a tree.
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::events {
namespace {

constexpr std::string_view where = "Records[0].cf.request";

// The bytes of a member within the tree are not known; those of the request are.
class Edge {
  public:
    explicit Edge(Decoding& in)
        : in_(in),
          tree_(Json::parse(in.event.text())),
          cf_((*tree_["Records"].items())[0]["cf"]),
          request_(cf_["request"]) {}

    void decode() {
        set_method();
        Value path = value(request_["uri"], Kind::string);
        set_path(in_, path, Member::cf_request, PathForm::encoded);
        in_.request().url.query =
            percent_escape_query(text(request_["querystring"], "querystring"));
        add_fields();
        set_body_member();
        const Json& config = cf_["config"];
        std::string domain = config["distributionDomainName"].string_or("");
        std::string client = text(request_["clientIp"], "clientIp");
        std::string scheme(in_.request().headers.get("cloudfront-forwarded-proto", "https"));
        set_origin(in_, {.domain_name = domain,
                         .source_ip = client,
                         .scheme = scheme == "http" ? "http" : "https"});
        in_.request().url.strip_prefix(in_.options.base_path);
        std::string context = config.is_null() ? std::string() : config.dump();
        std::string id = config["requestId"].string_or("");
        in_.attach({.request_context = context, .request_id = id, .domain_name = domain});
    }

  private:
    [[noreturn]] void refuse(const std::string& member, std::string_view rule) {
        in_.refuse(in_.event[Member::cf_request], std::string(where) + '.' + member, rule);
    }

    // Strict: the text of a string, or nothing if there is none.
    std::string text(const Json& json, const std::string& member) {
        if (json.is_null()) return {};
        if (!json.string()) refuse(member, "expected a string");
        return *json.string();
    }

    Value value(const Json& json, Kind) {
        Value out;
        out.begin = in_.event[Member::cf_request].begin;
        if (json.is_null()) return out;
        if (!json.string()) refuse("uri", "expected a string");
        out.kind = Kind::string;
        out.text = *json.string();
        return out;
    }

    void set_method() {
        std::string method = text(request_["method"], "method");
        if (method.empty() && in_.options.lenient) {
            in_.note(where, "no method; taken for GET");
            method = "GET";
        }
        if (!is_token(method)) refuse("method", "not a method (RFC 9110 section 9.1)");
        for (char& c : method)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
        in_.request().method = method;
    }

    // {"host": [{"key": "Host", "value": "example.com"}, ...], ...}
    void add_fields() {
        const Json& headers = request_["headers"];
        if (headers.is_null()) return;
        if (!headers.members()) refuse("headers", "expected an object");
        for (const auto& [name, list] : *headers.members()) {
            if (!list.items()) refuse("headers." + name, "expected an array");
            for (const Json& item : *list.items()) {
                const std::string* key = item["key"].string();
                const std::string* field = item["value"].string();
                if (!field) refuse("headers." + name, "expected {\"key\", \"value\"} of strings");
                Entry entry{key ? std::string_view(*key) : std::string_view(name), {}};
                entry.value.begin = in_.event[Member::cf_request].begin;
                add_header(in_, "Records[0].cf.request.headers", entry, *field);
            }
        }
    }

    void set_body_member() {
        const Json& body = request_["body"];
        if (body.is_null()) return;
        if (!body.members()) refuse("body", "expected an object");
        if (const bool* cut = body["inputTruncated"].boolean(); cut && *cut)
            throw HttpError(413, "CloudFront cut off the request's body (inputTruncated)");
        std::string encoding = text(body["encoding"], "body.encoding");
        if (!encoding.empty() && encoding != "base64" && encoding != "text")
            refuse("body.encoding", "expected \"base64\" or \"text\"");
        Value data = value(body["data"], Kind::string);
        set_body(in_, data, Member::cf_request, encoding == "base64");
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
