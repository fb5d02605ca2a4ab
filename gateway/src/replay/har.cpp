#include "replay/har.h"

#include <limits>
#include <optional>
#include <stdexcept>

#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>
#include <turngate/http/headers.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/http/request.h>
#include <turngate/json/json_reader.h>

namespace turngate::replay {

// Finds where the requests and responses are, and reads none.
class HarReader final : public JsonVisitor {
  public:
    explicit HarReader(Har& har) : har_(har) {}

    bool has_entries = false;

    bool on_key(std::string_view name, std::size_t) override {
        part_ = nullptr;
        if (depth_ == 1) return name == "log";
        if (depth_ == 2) return name == "entries";
        if (name == "request") part_ = &entry_.request;
        if (name == "response") part_ = &entry_.response;
        return false;
    }
    void on_null(std::size_t end) override { refuse(end); }
    void on_boolean(bool, std::size_t end) override { refuse(end); }
    void on_number(std::string_view, std::size_t end) override { refuse(end); }
    void on_string(std::string_view, std::size_t end) override { refuse(end); }
    // {"log": {"entries": [{...}, ...]}}: the third level is the list.
    void on_begin_object(std::size_t end) override {
        if (depth_ == 2) refuse(end);
        if (depth_ == 3) entry_ = {};
        ++depth_;
    }
    void on_end_object(std::size_t) override {
        if (--depth_ == 3) har_.entries_.push_back(entry_);
    }
    void on_begin_array(std::size_t end) override {
        if (depth_ != 2) refuse(end);
        has_entries = true;
        ++depth_;
    }
    void on_end_array(std::size_t) override { --depth_; }
    void on_skipped(std::size_t begin, std::size_t end) override {
        if (part_) *part_ = {begin, end};
        part_ = nullptr;
    }

  private:
    [[noreturn]] static void refuse(std::size_t end) {
        throw JsonError(
            "HAR: expected {\"log\": {\"entries\": [...]}}, found something else at byte " +
            std::to_string(end));
    }

    Har& har_;
    int depth_ = 0;
    Har::Parts entry_;
    Har::Range* part_ = nullptr;
};

namespace {

constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

constexpr std::size_t longest_scheme = 20;  // that is told

// Browsers save more than they have asked a server for by HTTP: what stood in the page itself
// (data:, blob:), came from a disk or an extension, and what went through a tunnel.
std::string why_not_http(const Json& request) {
    const std::string url = request["url"].string_or("");
    const std::string_view scheme = std::string_view(url).substr(0, url.find_first_of(":/?"));
    const bool has_scheme = url.substr(scheme.size()).starts_with(':');
    if (has_scheme && !iequals(scheme, "http") && !iequals(scheme, "https"))
        return "no request by HTTP: its url begins with " +
               std::string(scheme.substr(0, longest_scheme)) + ':';
    return request["method"].string_or("GET") == "CONNECT" ? "the beginning of a tunnel" : "";
}

// "https://shop.example/orders?page=2#top": the place and the target.
std::pair<std::string, std::string> split(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const auto scheme = url.find("://");
    std::string place;
    if (scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
        place = url.substr(0, url.find_first_of("/?"));
        url.remove_prefix(place.size());
        place.erase(0, place.rfind('@') + 1);  // npos + 1 is 0
    }
    std::string target(url);
    if (!target.starts_with('/')) target.insert(0, 1, '/');
    return {std::move(place), std::move(target)};
}

// The fields of a message whose body is not as it was on the wire: unpacked, and of another length.
// HTTP/2's pseudo-header fields are no fields here. Browsers join the values of several fields of
// one name, as of Set-Cookie, with line feeds.
Headers fields_of(const Json& message, bool is_decoded) {
    Headers out;
    if (!message["headers"].items()) return out;
    for (const Json& field : *message["headers"].items()) {
        const std::string name = field["name"].string_or("");
        if (name.starts_with(':') || is_hop_by_hop(name) || iequals(name, "content-length") ||
            (is_decoded && iequals(name, "content-encoding")))
            continue;
        const std::string values = field["value"].string_or("");
        std::string_view rest = values;
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            out.add(name, rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        out.add(name, rest);
    }
    return out;
}

// The body that the parameters of a form make, where that is known.
std::string form(const Json& data, const Headers& headers) {
    std::string out;
    const Json& parameters = data["params"];
    if (!parameters.items() || parameters.items()->empty()) return out;
    const std::string named = data["mimeType"].string_or("");
    std::string_view type = named.empty() ? headers.get("Content-Type") : named;
    type = trimmed(type.substr(0, type.find(';')));
    if (!type.empty() && !iequals(type, "application/x-www-form-urlencoded"))
        throw JsonError("the entry has the parameters of a form of type " + std::string(type) +
                        " and not its text; save the archive with the bodies of the requests");
    for (const Json& one : *parameters.items()) {
        if (!out.empty()) out += '&';
        out += percent_encode(one["name"].string_or(""), true) + '=' +
               percent_encode(one["value"].string_or(""), true);
    }
    return out;
}

// The text of a body, which may be base64.
std::string body_of(const Json& content) {
    const std::string text = content["text"].string_or("");
    if (content["encoding"].string_or("") != "base64") return text;
    std::optional<std::string> bytes = base64_decode(text);
    if (!bytes) throw JsonError("the body says base64 and is not");
    return *std::move(bytes);
}

std::string event_of(const Json& request) {
    const std::string* url = request["url"].string();
    if (!request.members() || !url) throw JsonError("the entry has no request with a url");
    if (!url->starts_with('/') && url->find("://") == url->npos)
        throw JsonError("the url is none, as https://shop.example/orders is");
    auto [place, target] = split(*url);
    const Json& data = request["postData"];
    Headers headers = fields_of(request, false);
    std::string body = body_of(data);
    if (body.empty()) body = form(data, headers);
    if (!headers.contains("Host") && !place.empty()) headers.add("Host", place);
    if (!body.empty() && !headers.contains("Content-Type") && data["mimeType"].string())
        headers.add("Content-Type", *data["mimeType"].string());
    Request made = Request::make(request["method"].string_or("GET"), target, std::move(body),
                                 std::move(headers));
    return events::make_event(made, events::Format::http);
}

// Empty for a request that was never answered, which has status 0, and for a body that was not
// saved.
std::string reply_of(const Json& response) {
    const std::int64_t status = response["status"].integer_or(0);
    if (status < 200 || status > 599) return {};
    const Json& content = response["content"];
    if (content["size"].integer_or(0) > 0 && !content["text"].string()) return {};
    Response out{.status = static_cast<int>(status)};
    out.headers = fields_of(response, true);
    out.body = body_of(content);
    return events::encode(out, events::Format::http, {.check_size = false});
}

// Why it failed; empty if it did not.
template <class Read>
std::string problem_of(const Read& read) {
    try {
        read();
    } catch (const Error& e) {
        return e.what();
    } catch (const std::invalid_argument& e) {  // of a method or a header field
        return e.what();
    }
    return {};
}

}  // namespace

Har::Har(std::string text) : text_(std::move(text)) {
    std::string copy = text_;
    HarReader reader(*this);
    read_json_in_place({copy.data(), copy.size()}, reader, {.depth = 64, .size = any_size});
    if (!reader.has_entries) throw JsonError("HAR: expected {\"log\": {\"entries\": [...]}}");
}

Json Har::part(Range range) const {
    const auto [begin, end] = range;
    if (begin == end) return {};
    return Json::parse(std::string_view(text_).substr(begin, end - begin),
                       {.depth = 64, .size = any_size}, DuplicateNames::keep_last);
}

bool Har::next(Entry& entry) {
    entry = {};
    if (next_ == entries_.size()) return false;
    const Parts& parts = entries_[next_++];
    entry.problem = problem_of([&] {
        const Json request = part(parts.request);
        entry.skipped = why_not_http(request);
        if (entry.skipped.empty()) entry.event = event_of(request);
    });
    if (!entry.problem.empty() || !entry.skipped.empty()) return true;
    // A request is good without a reply: one that cannot be read was not recorded.
    problem_of([&] { entry.reply = reply_of(part(parts.response)); });
    return true;
}

}  // namespace turngate::replay
