// Replies of every platform's shape to responses, read in one pass without a tree.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "byte_budget.h"
#include "key_filter.h"
#include "reply_fields.h"
#include <turngate/events/reply.h>
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>
#include <turngate/json/json_reader.h>

namespace turngate::events {
namespace {

// The members that mean something, by all of their names.
enum class Member {
    status,
    headers,
    multi_value_headers,
    cookies,
    body,
    encoding,
    is_base64,
    none
};

struct MemberName {
    std::string_view name;
    Member member;
    bool rest_api;  // API Gateway's REST APIs know it, and refuse every other
};

constexpr MemberName member_names[] = {
    {"status", Member::status, false},
    {"statusCode", Member::status, true},
    {"headers", Member::headers, true},
    {"multiValueHeaders", Member::multi_value_headers, true},
    {"cookies", Member::cookies, false},
    {"body", Member::body, true},
    {"encoding", Member::encoding, false},
    {"bodyEncoding", Member::encoding, false},
    {"isBase64Encoded", Member::is_base64, true},
    {"is_base64_encoded", Member::is_base64, false},
    {"base64Encoded", Member::is_base64, true},  // of old, and still read
};

class ReplyReader final : public JsonVisitor {
  public:
    // `copy` is what is read in place of `text`, byte for byte.
    ReplyReader(std::string_view text, const char* copy, bool is_rest_api)
        : text_(text), copy_(copy), is_rest_api_(is_rest_api), budget_(text.size()) {
        members_.reserve(8);
        names_.reserve(16);
    }

    // REQUIRES: the whole text has been read.
    Response take() {
        if (!has_status_) throw JsonError("not a reply: neither status nor statusCode");
        merge_headers();
        const bool is_base64 = encoding_ == Encoding::base64;
        if (is_base64 && !is_payload_list()) {
            if (!base64_decode_to(response_.body, body_)) {
                at_string(body_end_);
                fail("body", "not base64 (RFC 4648 section 4, with padding)");
            }
        } else {
            response_.body = body_;
        }
        response_.encoding = encoding_;
        return std::move(response_);
    }

  private:
    enum class Place { reply, map, values, field, pairs, pair, cookies };

    bool on_key(std::string_view name, std::size_t end) override {
        at_string(end);
        switch (place()) {
            case Place::reply:
                members_.push_back(name);
                is_suspect_ |= filter_.add(name_hash(name), 0);
                return begin_member(name);
            case Place::map:
                name_ = name;
                names_.push_back(name);
                is_suspect_ |=
                    filter_.add(name_hash(name), 1 + static_cast<std::uint32_t>(member_));
                return true;
            default:  // {key, value} of Lambda@Edge
                if (name != "key" && name != "value") return false;
                is_key_ = name == "key";
                if (std::exchange(is_key_ ? has_key_ : has_value_, true))
                    fail(path() + '.' + std::string(name), "occurs twice");
                return true;
        }
    }

    void on_null(std::size_t end) override {
        at_token(end, 4);
        if (!at_member() || member_ == Member::status) refuse("null");
    }

    void on_boolean(bool value, std::size_t end) override {
        at_token(end, value ? 4 : 5);
        if (!at_member(Member::is_base64)) refuse("a boolean");
        if (value)
            encoding_ = Encoding::base64;
        else if (!encoding_)
            encoding_ = Encoding::text;
    }

    void on_number(std::string_view digits, std::size_t end) override {
        at_token(end, digits.size());
        if (!at_member(Member::status)) refuse("a number");
        set_status(digits);
    }

    void on_string(std::string_view value, std::size_t end) override {
        at_string(end);
        if (places_.empty()) refuse("a string");
        switch (place()) {
            case Place::reply:
                return on_member(value);
            case Place::map:
            case Place::values:
                return add(name_, value);
            case Place::field:
                (is_key_ ? spelled_ : value_) = value;
                return;
            case Place::pair:
                if (++in_pair_ == 1)
                    name_ = value;
                else if (in_pair_ == 2)
                    add(name_, value);
                else
                    refuse("a third item");
                return;
            case Place::cookies:
                return add("set-cookie", value);
            case Place::pairs:
                refuse("a string");
        }
    }

    void on_begin_object(std::size_t end) override {
        at_token(end, 1);
        if (places_.empty()) return open(Place::reply);
        if (at_member(Member::headers) || at_member(Member::multi_value_headers))
            return open(Place::map);
        if (place() != Place::values) refuse("an object");
        has_key_ = has_value_ = false;
        spelled_ = name_;
        open(Place::field);
    }

    void on_end_object(std::size_t end) override {
        at_token(end, 1);
        if (place() == Place::field) {
            if (!has_value_) fail(path(), "expected a member \"value\"");
            add(spelled_, value_);
        } else if (is_suspect_) {
            check_twins();
        }
        if (place() == Place::map) names_.clear();
        places_.pop_back();
    }

    // Readers differ in which of two members they believe.
    void check_twins() {
        const bool is_map = place() == Place::map;
        const std::string_view twin = find_twin(is_map ? names_ : members_);
        if (!twin.data()) return;
        end_ = static_cast<std::size_t>(twin.data() - copy_);
        size_ = 1;  // the quote
        name_ = twin;
        fail(is_map ? path() : std::string(twin.substr(0, 80)), "occurs twice");
    }

    void on_begin_array(std::size_t end) override {
        at_token(end, 1);
        if (at_member(Member::headers)) return open(Place::pairs);
        if (at_member(Member::cookies)) return open(Place::cookies);
        if (!places_.empty() && place() == Place::map) return open(Place::values);
        if (places_.empty() || place() != Place::pairs) refuse("an array");
        in_pair_ = 0;
        open(Place::pair);
    }

    void on_end_array(std::size_t end) override {
        at_token(end, 1);
        if (place() == Place::pair && in_pair_ != 2)
            fail(path(), "expected a list of [name, value]");
        places_.pop_back();
    }

    void on_skipped(std::size_t, std::size_t) override {}

    Place place() const { return places_.back(); }
    void open(Place place) { places_.push_back(place); }
    bool is_seen(Member member) const { return seen_[static_cast<std::size_t>(member)]; }
    bool at_member() const { return !places_.empty() && place() == Place::reply; }
    bool at_member(Member member) const { return at_member() && member_ == member; }

    bool begin_member(std::string_view name) {
        member_ = Member::none;
        for (const MemberName& known : member_names)
            if (known.name == name && (!is_rest_api_ || known.rest_api)) member_ = known.member;
        if (member_ == Member::none) {
            if (is_rest_api_)
                fail(name, "a REST API does not know this member and would answer 502");
            return false;
        }
        // Under two names ("status" and "statusCode") it is a contradiction just as well.
        if (std::exchange(seen_[static_cast<std::size_t>(member_)], true))
            fail(name, "occurs twice");
        member_name_ = name;
        return true;
    }

    void on_member(std::string_view value) {
        switch (member_) {
            case Member::status:  // CloudFront's form, and API Gateway takes it too
                return set_status(value);
            case Member::body:
                body_ = value;
                body_end_ = end_;
                return;
            case Member::encoding:
                if (value == "base64")
                    encoding_ = Encoding::base64;
                else if (value != "text" && value != "utf8" && value != "utf-8")
                    fail(path(), "expected \"text\" or \"base64\"");
                else if (!encoding_)
                    encoding_ = Encoding::text;
                return;
            default:
                refuse("a string");
        }
    }

    void set_status(std::string_view digits) {
        if (digits.size() != 3 || digits[0] < '2' || digits[0] > '9' ||
            digits.find_first_not_of("0123456789") != std::string_view::npos)
            fail(path(), "expected a whole number from 200 to 999, found " +
                             std::string(digits.substr(0, 20)));
        response_.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
        has_status_ = true;
    }

    void add(std::string_view name, std::string_view value) {
        if (!budget_.spend(name.size() + value.size() + ByteBudget::field))
            fail(path(), budget_.rule("the header fields"));
        try {
            (member_ == Member::headers ? headers_ : response_.headers).add(name, value);
        } catch (const std::invalid_argument&) {
            fail(path(), "expected a token as name and a value without CR, LF or NUL");
        }
    }

    // API Gateway merges its two maps, and of a name in both takes the multi-value one.
    void merge_headers() {
        if (response_.headers.empty()) {
            response_.headers = std::move(headers_);
            return;
        }
        std::set<std::string> replaced;
        if (is_seen(Member::multi_value_headers) && !headers_.empty())
            for (const auto& [name, value] : response_.headers)
                replaced.insert(lower_case(name));
        Headers merged;
        for (const auto& [name, value] : headers_)
            if (replaced.empty() || !replaced.contains(lower_case(name))) merged.add(name, value);
        if (merged.empty()) return;
        for (const auto& [name, value] : response_.headers)
            merged.add(name, value);
        response_.headers = std::move(merged);
    }

    // What Vercel's bridge answers to several payloads says base64 and is not: its parts are.
    bool is_payload_list() const {
        return body_.starts_with("--payload-separator\r\n") &&
               response_.headers.get("content-type").starts_with("multipart/mixed");
    }

    // "headers.x-a": where we are.
    std::string path() const {
        std::string path(member_name_);
        if (!places_.empty() && places_.size() > 1 && place() != Place::pairs &&
            place() != Place::cookies)
            path.append(".").append((place() == Place::field ? spelled_ : name_).substr(0, 80));
        return path;
    }

    void at_token(std::size_t end, std::size_t size) {
        end_ = end;
        size_ = size;
    }
    void at_string(std::size_t end) { at_token(end, 0); }

    // The byte where the latest token begins. A string may have escapes, so its size does not tell:
    // its opening quote is the last before `end_` that is not escaped itself.
    std::size_t at() const {
        if (size_ > 0) return end_ - size_;
        for (std::size_t quote = end_ - 1; quote > 0;) {
            quote = text_.rfind('"', quote - 1);
            if (quote == std::string_view::npos) break;
            std::size_t slashes = 0;
            while (slashes < quote && text_[quote - 1 - slashes] == '\\')
                ++slashes;
            if (slashes % 2 == 0) return quote;
        }
        return end_;
    }

    std::string place_of() const { return " (byte " + std::to_string(at()) + ")"; }

    [[noreturn]] void refuse(std::string_view found) const {
        if (places_.empty())
            throw JsonError("reply: expected an object, found " + std::string(found) + place_of());
        std::string_view expected = "a string";
        if (place() == Place::reply) {
            switch (member_) {
                case Member::status:
                    expected = "a whole number from 200 to 999";
                    break;
                case Member::headers:
                    expected = "an object, or a list of [name, value]";
                    break;
                case Member::multi_value_headers:
                    expected = "an object";
                    break;
                case Member::cookies:
                    expected = "a list of strings";
                    break;
                case Member::is_base64:
                    expected = "true or false";
                    break;
                default:
                    break;
            }
        } else if (place() == Place::map) {
            expected = "a string or a list of strings";
        } else if (place() == Place::pairs) {
            expected = "a list of [name, value]";
        } else if (place() == Place::pair) {
            expected = "a name and a value, both strings";
        }
        fail(path(), "expected " + std::string(expected) + ", found " + std::string(found));
    }

    [[noreturn]] void fail(std::string_view member, const std::string& what) const {
        std::string message = std::string(member) + ": " + what + place_of();
        for (char& c : message)
            if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
        throw JsonError(message);
    }

    const std::string_view text_;
    const char* const copy_;
    const bool is_rest_api_;
    ByteBudget budget_;     // of header fields
    std::size_t end_ = 0;   // of the latest token
    std::size_t size_ = 0;  // of it; 0 for a string
    std::vector<Place> places_;
    Member member_ = Member::none;
    std::string_view member_name_;
    bool seen_[static_cast<std::size_t>(Member::none)] = {};
    std::string_view name_;     // of the header field being read
    std::string_view spelled_;  // of Lambda@Edge, its own key in place of the map's
    std::string_view value_;
    bool is_key_ = false;
    bool has_key_ = false;
    bool has_value_ = false;
    int in_pair_ = 0;

    KeyFilter filter_;
    bool is_suspect_ = false;
    std::vector<std::string_view> members_;  // of the reply
    std::vector<std::string_view> names_;    // of the map being read

    Response response_;  // its headers: those of multiValueHeaders and cookies
    Headers headers_;
    bool has_status_ = false;
    std::string_view body_;
    std::size_t body_end_ = 0;
    std::optional<Encoding> encoding_;
};

// Looks for a top-level "statusCode", and keeps a text that is nothing but a string.
class ResultReader final : public JsonVisitor {
  public:
    bool has_status_code = false;
    std::optional<std::string> string;

  private:
    bool on_key(std::string_view name, std::size_t) override {
        has_status_code |= arrays_ == 0 && name == "statusCode";
        return false;
    }
    void on_null(std::size_t) override {}
    void on_boolean(bool, std::size_t) override {}
    void on_number(std::string_view, std::size_t) override {}
    void on_string(std::string_view value, std::size_t) override {
        if (arrays_ == 0) string = value;
    }
    void on_begin_object(std::size_t) override {}
    void on_end_object(std::size_t) override {}
    void on_begin_array(std::size_t) override { ++arrays_; }
    void on_end_array(std::size_t) override { --arrays_; }
    void on_skipped(std::size_t, std::size_t) override {}

    int arrays_ = 0;
};

Response read_reply(std::string_view json, bool is_rest_api) {
    std::string copy(json);
    ReplyReader reader(json, copy.data(), is_rest_api);
    read_json_in_place({copy.data(), copy.size()}, reader, {.size = copy.size()});
    return reader.take();
}

// A result that is all body.
Response inferred(std::string_view json, std::optional<std::string> string) {
    Response response;
    response.headers.add("content-type", "application/json");
    if (string) {
        response.body = std::move(*string);
        return response;
    }
    constexpr std::string_view blank = " \t\r\n";
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    json.remove_prefix(std::min(json.size(), json.find_first_not_of(blank)));
    response.body = json.substr(0, json.find_last_not_of(blank) + 1);
    return response;
}

}  // namespace

Response decode_reply(std::string_view json) {
    return read_reply(json, false);
}

Response decode_reply(std::string_view json, Format format) {
    const bool infers = format == Format::api_gateway_v2 || format == Format::function_url;
    if (infers || format == Format::raw) {
        std::string copy(json);
        ResultReader reader;
        // As deep as the handler made it.
        read_json_in_place({copy.data(), copy.size()}, reader,
                           {.depth = std::numeric_limits<int>::max(), .size = copy.size()});
        if (format == Format::raw || !reader.has_status_code)
            return inferred(json, std::move(reader.string));
    }
    return read_reply(json, format == Format::api_gateway_v1);
}

}  // namespace turngate::events
