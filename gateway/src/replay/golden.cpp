// Expected replies: how they are read.
#include "replay/golden.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include <turngate/events/reply.h>
#include <turngate/http/encoding.h>
#include <turngate/json/json_reader.h>

namespace turngate::replay {
namespace {

// One pass over a golden, filling in the views.
class Reader final : public JsonVisitor {
  public:
    Reader(Golden& golden, std::string_view text) : golden_(golden), text_(text) {}

    bool is_platform_reply = false;
    bool base64 = false;

    bool on_key(std::string_view name, std::size_t end) override {
        if (depth_ == 1) {
            member_ = name;
            if (name == "statusCode") is_platform_reply = true;
            if (name == "headers") golden_.has_headers = true;
            if (name == "statusCode" || name == "status" || name == "headers" || name == "body" ||
                name == "encoding" || name == "ignore" || name == "tags" || name == "$schema")
                return true;
            if (unknown_.empty()) unknown_ = name, unknown_end_ = end;
            return false;
        }
        if (is("headers")) {
            name_ = name;
        } else if (is("body")) {
            if (golden_.kind != Golden::Body::absent && name != "size")
                fail("body", "one of json, text, base64, file and sha256, not two", end);
            part_ = name;
            if (name == "json") return false;
            if (name != "text" && name != "base64" && name != "file" && name != "sha256" &&
                name != "size")
                fail("body", "json, text, base64, file, sha256 or size as the name of a member",
                     end);
        }
        return true;
    }

    void on_null(std::size_t end) override {
        if (depth_ != 1) return other(end);
        if (is("headers")) golden_.has_headers = false;  // null: not compared
    }
    void on_boolean(bool, std::size_t end) override { other(end); }

    void on_number(std::string_view digits, std::size_t end) override {
        if (depth_ == 1 && is("status")) {
            int status = 0;
            if (!whole(digits, status) || status < 100 || status > 999)
                fail("status", "an integer from 100 to 999", end);
            golden_.status = status;
        } else if (depth_ == 2 && is("body") && part_ == "size") {
            std::uint64_t size = 0;
            if (!whole(digits, size)) fail("body.size", "a number of bytes", end);
            golden_.size = size;
        } else {
            other(end);
        }
    }

    void on_string(std::string_view value, std::size_t end) override {
        if (depth_ == 0) fail_document(end);
        if (is("headers")) return header(value, end);
        if (depth_ == 2 && is("body")) return body(value, end);
        if (depth_ == 2 && is("ignore")) {
            if (!value.starts_with('/')) fail("ignore", "JSON pointers, which begin with '/'", end);
            golden_.ignore.push_back(value);
        } else if (depth_ == 2 && is("tags")) {
            golden_.tags.push_back(value);
        } else if (depth_ == 1 && is("status")) {
            if (value.size() != 3) fail("status", "an integer from 100 to 999", end);
            is_platform_reply = true;  // Lambda@Edge has {"status": "200", ...}
        } else if (depth_ == 1 && is("$schema")) {
            golden_.schema = value;
        } else if (depth_ == 1 && is("encoding")) {
            if (value != "text" && value != "base64") fail("encoding", "text or base64", end);
            base64 = value == "base64";
        } else if (depth_ == 1 && is("body")) {
            golden_.kind = Golden::Body::text;
            golden_.body = value;
        } else {
            other(end);
        }
    }

    void on_begin_object(std::size_t end) override {
        if (depth_ > 1 || (depth_ == 1 && !is("headers") && !is("body"))) other(end);
        if (depth_ == 1) in_array_ = false;
        ++depth_;
    }
    void on_end_object(std::size_t end) override {
        --depth_;
        if (depth_ == 1 && is("body") && golden_.kind == Golden::Body::absent)
            fail("body", "one of json, text, base64, file and sha256", end);
    }
    void on_begin_array(std::size_t end) override {
        if (depth_ == 0) fail_document(end);
        const bool list = is("headers") || is("ignore") || is("tags");
        if (!list || depth_ > 2 || (depth_ == 2 && !is("headers"))) other(end);
        if (depth_ == 1) in_array_ = true;
        if (depth_ == 2 && in_array_) pair_ = 0;
        ++depth_;
    }
    void on_end_array(std::size_t end) override {
        --depth_;
        if (depth_ == 2 && is("headers") && in_array_ && pair_ != 2)
            fail("headers", "a name and a value in each pair", end);
    }

    void on_skipped(std::size_t begin, std::size_t end) override {
        if (depth_ != 2 || !is("body")) return;
        golden_.kind = Golden::Body::json;
        std::string_view json = text_.substr(begin, end - begin);
        json.remove_prefix(std::min(json.size(), json.find_first_not_of(" \t\r\n")));
        golden_.body = json;
    }

    // What can be said only at the end.
    void finish() const {
        if (is_platform_reply) return;
        if (!unknown_.empty())
            throw JsonError("reply: unknown member \"" + std::string(unknown_) + "\" at byte " +
                            std::to_string(unknown_end_) +
                            "; expected status, headers, body, ignore, tags or $schema");
        if (!golden_.status && !golden_.has_headers && golden_.kind == Golden::Body::absent)
            throw JsonError("reply: expected at least one of status, headers and body");
    }

  private:
    bool is(std::string_view member) const { return member_ == member; }

    template <class Number>
    static bool whole(std::string_view digits, Number& into) {
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
        return error == std::errc{} && end == digits.data() + digits.size();
    }

    void header(std::string_view value, std::size_t end) {
        if (in_array_ && depth_ == 3 && pair_ < 2) {
            if (pair_++ == 0)
                name_ = value;
            else
                golden_.headers.emplace_back(name_, value);
        } else if (!in_array_ && (depth_ == 2 || depth_ == 3)) {
            golden_.headers.emplace_back(name_, value);
        } else {
            fail("headers", "[[name, value], ...] or {name: value}", end);
        }
    }

    void body(std::string_view value, std::size_t end) {
        if (part_ == "size") fail("body.size", "a number of bytes", end);
        golden_.body = value;
        if (part_ == "text")
            golden_.kind = Golden::Body::text;
        else if (part_ == "base64")
            golden_.kind = Golden::Body::base64;
        else if (part_ == "file")
            golden_.kind = Golden::Body::file;
        else
            golden_.kind = Golden::Body::digest;
    }

    // A value of a type that its member cannot have.
    void other(std::size_t end) const {
        if (depth_ == 0) fail_document(end);
        if (is("statusCode") || is_platform_reply) return;  // decode_reply() will judge it
        if (is("status")) fail("status", "an integer from 100 to 999", end);
        if (is("headers")) fail("headers", "[[name, value], ...] or {name: value}", end);
        if (is("body")) fail("body", "an object with json, text, base64, file or sha256", end);
        if (is("ignore")) fail("ignore", "a list of JSON pointers", end);
        if (is("tags")) fail("tags", "a list of strings", end);
        fail(member_, "a string", end);
    }

    [[noreturn]] static void fail(std::string_view member, std::string_view rule, std::size_t end) {
        throw JsonError("reply: member \"" + std::string(member) + "\" at byte " +
                        std::to_string(end) + ": expected " + std::string(rule));
    }
    [[noreturn]] static void fail_document(std::size_t end) {
        throw JsonError("reply: expected an object, but something else ends at byte " +
                        std::to_string(end));
    }

    Golden& golden_;
    std::string_view text_;
    int depth_ = 0;
    std::string_view member_;  // of the reply
    std::string_view part_;    // of the body
    std::string_view name_;    // of a header
    int pair_ = 0;
    bool in_array_ = false;  // headers: [[name, value], ...]
    std::string_view unknown_;
    std::size_t unknown_end_ = 0;
};

}  // namespace

const Golden& GoldenParser::parse(std::string_view text) {
    golden_.status.reset();
    golden_.has_headers = false;
    golden_.headers.clear();
    golden_.kind = Golden::Body::absent;
    golden_.body = {};
    golden_.size.reset();
    golden_.ignore.clear();
    golden_.tags.clear();
    golden_.schema = {};

    scratch_.assign(text);
    scratch_ += '\0';
    Reader reader(golden_, text);
    try {
        read_json_in_place(std::span(scratch_.data(), text.size()), reader,
                           {.depth = 64, .size = std::numeric_limits<std::uint32_t>::max()});
        reader.finish();
    } catch (const JsonError&) {
        if (!reader.is_platform_reply && text.find("\"statusCode\"") == std::string_view::npos)
            throw;
        reader.is_platform_reply = true;  // its members are for decode_reply() to judge
    }
    if (reader.is_platform_reply)
        parse_platform_reply(text);
    else if (reader.base64 && golden_.kind == Golden::Body::text)
        golden_.kind = Golden::Body::base64;
    return golden_;
}

void GoldenParser::parse_platform_reply(std::string_view text) {
    reply_ = events::decode_reply(text);
    golden_ = {};
    golden_.status = reply_.status;
    golden_.has_headers = true;
    for (const auto& [name, value] : reply_.headers)
        golden_.headers.emplace_back(name, value);
    golden_.kind =
        is_json_type(reply_.headers.get("Content-Type")) ? Golden::Body::json : Golden::Body::text;
    golden_.body = reply_.body;
}

bool is_elsewhere(const Golden& golden) noexcept {
    return golden.kind == Golden::Body::file || golden.kind == Golden::Body::digest;
}

Response expected_reply(const Golden& golden) {
    Response reply;
    reply.status = golden.status.value_or(0);
    for (const auto& [name, value] : golden.headers)
        reply.headers.add(name, value);
    if (is_elsewhere(golden)) return reply;
    reply.body = golden.kind == Golden::Body::base64
                     ? base64_decode(golden.body).value_or(std::string(golden.body))
                     : std::string(golden.body);
    return reply;
}

bool is_json_type(std::string_view media_type) noexcept {
    media_type = media_type.substr(0, media_type.find(';'));
    while (media_type.ends_with(' ') || media_type.ends_with('\t'))
        media_type.remove_suffix(1);
    constexpr std::string_view suffix = "+json";
    return iequals(media_type, "application/json") || iequals(media_type, "text/json") ||
           (media_type.size() > suffix.size() &&
            iequals(media_type.substr(media_type.size() - suffix.size()), suffix));
}

}  // namespace turngate::replay
