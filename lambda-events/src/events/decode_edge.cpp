// Lambda@Edge: CloudFront's request triggers. Rare and small, so read as a tree.
#include <string>

#include "decoders.h"
#include "request_parts.h"
#include "tree.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::events {
namespace {

constexpr std::string_view cf_name = "Records[0].cf";
constexpr std::string_view fields_name = "Records[0].cf.request.headers";
constexpr std::size_t depth = 5;  // cf, request, headers, a list, a field, its value

class Edge {
  public:
    explicit Edge(Decoding& in)
        : in_(in),
          tree_(in.event, in.event[Member::record_cf], cf_name, depth),
          config_(tree_.root()["config"]),
          request_(tree_.root()["request"]) {}

    void decode() {
        Url& url = in_.request().url;
        in_.set_method(request_["method"].value, member("method"));
        set_path(in_, request_["uri"].value, member("uri"), PathForm::encoded);
        url.query =
            percent_escape_query(in_.text(request_["querystring"].value, member("querystring")));
        add_fields();
        set_body_member();
        const Value& config = config_.value;
        if (config.given() && !config.is_object())
            in_.refuse_or_note_kind(config, std::string(cf_name) + ".config", "an object",
                                    "passed over");
        const std::string_view domain =
            in_.domain(config_["distributionDomainName"].value,
                       std::string(cf_name) + ".config.distributionDomainName");
        set_origin(in_, {.domain_name = domain,
                         .source_ip = in_.word(request_["clientIp"].value, member("clientIp")),
                         .scheme = scheme(),
                         .is_forwarded = false});
        url.strip_prefix(in_.options.base_path);
        in_.attach(
            {.request_context = config.is_object() ? in_.event.raw(config) : std::string_view(),
             .request_id = of_config("requestId"),
             .domain_name = domain});
    }

  private:
    static std::string member(std::string_view last) {
        return std::string(cf_name) + ".request." + std::string(last);
    }

    // CloudFront's own word, if it was asked for; X-Forwarded-Proto may be a client's.
    std::string_view scheme() const {
        const Headers& headers = in_.request().headers;
        for (const char* name : {"cloudfront-forwarded-proto", "x-forwarded-proto"})
            for (const char* known : {"http", "https"})
                if (iequals(headers.get(name), known)) return known;
        return "https";
    }

    std::string_view of_config(std::string_view name) {
        return in_.word(config_[name].value, std::string(cf_name) + ".config." + std::string(name));
    }

    // {"host": [{"key": "Host", "value": "example.com"}, ...], ...}
    void add_fields() {
        const Node& headers = request_["headers"];
        if (!headers.value.given()) return;
        if (!headers.value.is_object())
            in_.refuse_or_note_kind(headers.value, fields_name, "an object", "passed over");
        for (const Node& list : headers.children) {
            if (list.value.kind != Kind::array)
                in_.refuse_or_note_kind(list.value, member_of(fields_name, list.key), "an array",
                                        "dropped");
            else
                for (std::size_t i = 0; i < list.children.size(); ++i)
                    add_field(list, i);
        }
    }

    void add_field(const Node& list, std::size_t index) {
        const Node& field = list.children[index];
        // Made only where something is wrong: the name may be long, and the list, too.
        const auto place = [&](std::string_view last) {
            return member_of(fields_name, list.key) + '[' + std::to_string(index) + ']' +
                   std::string(last);
        };
        if (!field.value.is_object())
            return in_.refuse_or_note_kind(field.value, place({}), "an object", "dropped");
        Value value = field["value"].value;
        if (value.kind == Kind::absent) value.begin = field.value.begin;
        if (!value.given())
            return in_.refuse_or_note_kind(value, place(".value"), "a string", "dropped");
        const Value& key = field["key"].value;
        std::string_view spelled = list.key;
        if (key.given()) spelled = key.is_string() ? key.text : in_.text(key, place(".key"));
        if (!iequals(spelled, list.key)) {
            in_.refuse_or_note(key, place(".key"), "not the name of its list",
                               "the list's name taken");
            spelled = list.key;
        }
        const std::string_view text =
            value.is_string() ? value.text : in_.text(value, place(".value"));
        if (value.kind == Kind::object || value.kind == Kind::array) return;  // noted and dropped
        add_header(in_, fields_name, {spelled, value}, text);
    }

    void set_body_member() {
        const Node& body = request_["body"];
        // Not in the event unless it was asked for: then there is none, whatever its length was.
        if (!body.value.given()) return set_body(in_, body.value, member("body"), false);
        if (!body.value.is_object())
            in_.refuse_or_note_kind(body.value, member("body"), "an object", "passed over");
        if (in_.flag(body["inputTruncated"].value, member("body.inputTruncated")))
            throw HttpError(413, "CloudFront cut off the request's body (inputTruncated)");
        const Value& how = body["encoding"].value;
        std::string_view encoding = in_.text(how, member("body.encoding"));
        if (!encoding.empty() && encoding != "base64" && encoding != "text")
            in_.refuse_or_note(how, member("body.encoding"), "expected \"base64\" or \"text\"",
                               "the body taken for text");
        set_body(in_, body["data"].value, member("body.data"), encoding == "base64");
    }

    Decoding& in_;
    Tree tree_;
    const Node& config_;
    const Node& request_;
};

}  // namespace

void decode_edge(Decoding& in) {
    if (!in.event[Member::cf_request].is_object())
        in.refuse_kind(in.event[Member::cf_request], name(Member::cf_request), "an object");
    if (const Value& second = in.event.second_record(); second.kind != Kind::absent)
        in.refuse_or_note(second, "Records[1]",
                          "an event of CloudFront has one record, send each alone", "passed over");
    Edge edge(in);
    check_parts(in.event, in.event[Member::record_cf], cf_name);
    edge.decode();
}

}  // namespace turngate::events
