// Responses to the JSON that each source expects, written straight into one string.
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "reply_fields.h"
#include "reply_limits.h"
#include <turngate/events/reply.h>
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/media_type.h>
#include <turngate/http/status.h>
#include <turngate/json/json_reader.h>
#include <turngate/json/json_writer.h>

namespace turngate::events {
namespace {

// One reply while it is written.
class ReplyWriter {
  public:
    ReplyWriter(const Response& response, Format format, const EncodeOptions& options)
        : response_(response),
          format_(format),
          options_(options),
          fields_(reply_fields(response, format)),
          writer_(out_) {
        if (response.status != 204 && response.status != 304) body_ = response.body;
        is_base64_ = body_goes_as_base64();
        out_.reserve(256 + (is_base64_ ? body_.size() * 4 / 3 : body_.size() + body_.size() / 8));
    }

    std::string write() {
        if (options_.check_size) check_fields_size(fields_, format_);
        writer_.begin_object();
        switch (format_) {
            case Format::api_gateway_v1:
            case Format::api_gateway_http1:
                writer_.key("statusCode").integer(response_.status);
                writer_.key("headers").begin_object().end_object();
                multi_value_headers(false);
                body_and_flag("isBase64Encoded");
                break;
            case Format::api_gateway_v2:
            case Format::function_url:
                writer_.key("statusCode").integer(response_.status);
                lower_case_headers();
                cookies();
                body_and_flag("isBase64Encoded");
                break;
            case Format::alb:
            case Format::alb_multi_value:
                writer_.key("statusCode").integer(response_.status);
                status_description();
                if (format_ == Format::alb)
                    single_headers(Repeated::by_case);
                else
                    multi_value_headers(options_.reverse_multi_values);
                body_and_flag("isBase64Encoded");
                break;
            case Format::lattice_v1:
            case Format::lattice_v2:
                writer_.key("isBase64Encoded").boolean(is_base64_);
                writer_.key("statusCode").integer(response_.status);
                status_description();
                single_headers(Repeated::as_list);
                body();
                break;
            case Format::websocket:
                writer_.key("statusCode").integer(response_.status);
                subprotocol();
                body();
                if (is_base64_) writer_.key("isBase64Encoded").boolean(true);
                break;
            case Format::edge:
                writer_.key("status").string(std::to_string(response_.status));
                writer_.key("statusDescription").string(reason_phrase(response_.status));
                edge_headers();
                body();
                writer_.key("bodyEncoding").string(is_base64_ ? "base64" : "text");
                break;
            case Format::vercel:
                writer_.key("statusCode").integer(response_.status);
                single_headers(Repeated::as_list);
                body();
                if (is_base64_) writer_.key("encoding").string("base64");
                break;
            case Format::http:
            case Format::raw:
                writer_.key("status").integer(response_.status);
                pairs();
                body();
                writer_.key("encoding").string(is_base64_ ? "base64" : "text");
                break;
        }
        writer_.end_object();
        if (options_.check_size) check_reply_size(out_.size(), body_.size(), format_, options_);
        return std::move(out_);
    }

    // The head alone. A function URL has a field for the length of what it sends itself.
    std::string write_prelude() {
        if (format_ == Format::function_url)
            std::erase_if(fields_, [](const FieldView& field) {
                return iequals(field.name, "content-length");
            });
        writer_.begin_object().key("statusCode").integer(response_.status);
        if (format_ == Format::api_gateway_v1) {
            multi_value_headers(false);
        } else {
            lower_case_headers();
            cookies();
        }
        writer_.end_object();
        return std::move(out_);
    }

  private:
    // What becomes of several Set-Cookie fields where the header is a map of strings.
    enum class Repeated { by_case, as_list };

    bool body_goes_as_base64() const {
        if (options_.never_base64) return false;
        if (response_.encoding) return *response_.encoding == Encoding::base64 || !is_utf8(body_);
        if (format_ == Format::vercel) return true;  // as its own bridges do
        return body_encoding(response_.headers, body_) == Encoding::base64;
    }

    void body() {
        writer_.key("body");
        if (is_base64_) {
            writer_.raw(R"("")");  // the quotes, and between them what needs no escaping
            out_.pop_back();
            base64_encode_to(out_, body_);
            out_ += '"';
        } else {
            writer_.string(body_);
        }
    }

    void body_and_flag(std::string_view flag) {
        body();
        writer_.key(flag).boolean(is_base64_);
    }

    void status_description() {
        std::string text = std::to_string(response_.status);
        if (std::string_view phrase = reason_phrase(response_.status); !phrase.empty())
            text.append(" ").append(phrase);
        writer_.key("statusDescription").string(text);
    }

    void multi_value_headers(bool reversed) {
        writer_.key("multiValueHeaders").begin_object();
        for_each_name(fields_, [&](std::span<const FieldView> same) {
            writer_.key(same.front().name).begin_array();
            for (std::size_t i = 0; i < same.size(); ++i)
                writer_.string(same[reversed ? same.size() - 1 - i : i].value);
            writer_.end_array();
        });
        writer_.end_object();
    }

    void lower_case_headers() {
        writer_.key("headers").begin_object();
        for_each_name(fields_, [&](std::span<const FieldView> same) {
            if (iequals(same.front().name, "set-cookie")) return;
            writer_.key(lower_case(same.front().name));
            joined(same);
        });
        writer_.end_object();
    }

    void cookies() {
        bool any = false;
        for (const FieldView& field : fields_) {
            if (!iequals(field.name, "set-cookie")) continue;
            if (!std::exchange(any, true)) writer_.key("cookies").begin_array();
            writer_.string(field.value);
        }
        if (any) writer_.end_array();
    }

    void single_headers(Repeated repeated) {
        writer_.key("headers").begin_object();
        for_each_name(fields_, [&](std::span<const FieldView> same) {
            const bool is_cookie = iequals(same.front().name, "set-cookie");
            if (same.size() > 1 && is_cookie && repeated == Repeated::by_case)
                return cookies_by_case(same);
            writer_.key(same.front().name);
            if (same.size() > 1 && is_cookie)
                list(same);
            else
                joined(same);
        });
        writer_.end_object();
    }

    // A map has one value a key, and a cookie cannot be joined (RFC 6265 section 3): each goes
    // under another spelling of the name, which the load balancer passes on.
    void cookies_by_case(std::span<const FieldView> same) {
        constexpr std::size_t spellings = 512;  // 2 to the power of the nine letters
        if (same.size() > spellings)
            throw HttpError(413, "the reply has " + std::to_string(same.size()) +
                                     " Set-Cookie fields, and an Application Load Balancer without "
                                     "multi-value headers can take at most 512");
        for (std::size_t i = 0; i < same.size(); ++i) {
            std::string spelling = "set-cookie";
            std::size_t bits = i;
            for (char& c : spelling) {
                if (c == '-') continue;
                if (bits & 1) c = static_cast<char>(c - ('a' - 'A'));
                bits >>= 1;
            }
            writer_.key(spelling).string(same[i].value);
        }
    }

    void subprotocol() {
        for (const FieldView& field : fields_) {
            if (!iequals(field.name, "sec-websocket-protocol")) continue;
            writer_.key("headers").begin_object();
            writer_.key(field.name).string(field.value).end_object();
            return;
        }
    }

    void edge_headers() {
        writer_.key("headers").begin_object();
        for_each_name(fields_, [&](std::span<const FieldView> same) {
            writer_.key(lower_case(same.front().name)).begin_array();
            for (const auto& [name, value] : same) {
                writer_.begin_object().key("key").string(name);
                writer_.key("value").string(value).end_object();
            }
            writer_.end_array();
        });
        writer_.end_object();
    }

    void pairs() {
        writer_.key("headers").begin_array();
        for (const auto& [name, value] : fields_)
            writer_.begin_array().string(name).string(value).end_array();
        writer_.end_array();
    }

    void list(std::span<const FieldView> same) {
        writer_.begin_array();
        for (const FieldView& field : same)
            writer_.string(field.value);
        writer_.end_array();
    }

    // RFC 9110 section 5.3.
    void joined(std::span<const FieldView> same) {
        if (same.size() == 1) {
            writer_.string(same.front().value);
            return;
        }
        std::string value(same.front().value);
        for (const FieldView& field : same.subspan(1))
            value.append(", ").append(field.value);
        writer_.string(value);
    }

    const Response& response_;
    Format format_;
    const EncodeOptions& options_;
    Fields fields_;
    std::string_view body_;
    bool is_base64_ = false;
    std::string out_;
    JsonWriter writer_;
};

// The result of an invocation that is not HTTP: what the handler said, if it said JSON.
std::string result(const Response& response, const EncodeOptions& options) {
    std::string out = is_json(response.body) ? response.body : "null";
    if (out.starts_with("\xEF\xBB\xBF")) out.erase(0, 3);
    if (options.check_size) check_reply_size(out.size(), out.size(), Format::raw, options);
    return out;
}

}  // namespace

bool can_stream(Format format) noexcept {
    return format == Format::function_url || format == Format::api_gateway_v1;
}

std::string encode_prelude(const Response& head, Format format) {
    constexpr std::size_t most = 16 * 1024, nuls = 8;
    const EncodeOptions options;
    std::string out = ReplyWriter(head, format, options).write_prelude();
    if (out.size() + nuls > most)
        throw HttpError(413, "the head of the reply has " + std::to_string(out.size()) +
                                 " bytes as JSON, and a streamed reply can have at most " +
                                 std::to_string(most - nuls));
    return out.append(nuls, '\0');
}

std::string encode(const Response& response, Format format, const EncodeOptions& options) {
    if (format == Format::raw) return result(response, options);
    if (response.status < 200 || response.status > 999)
        throw HttpError(500, "the status " + std::to_string(response.status) +
                                 " of the reply is not from 200 to 999");
    return ReplyWriter(response, format, options).write();
}

}  // namespace turngate::events
