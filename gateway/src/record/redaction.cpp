// A call without its secrets.
#include "record/redaction.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "record/content_coding.h"
#include "replay/golden.h"
#include "replay/golden_text.h"
#include "replay/placeholders.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/media_type.h>

namespace turngate::recording {
namespace {

constexpr std::size_t least_in_path = 16;

// One message of a call.
struct Message {
    Headers& headers;
    std::string& body;
    bool is_reply;
};

class Redactor {
  public:
    Redactor(const RedactionRules& rules, std::string_view in_place)
        : rules_(rules), in_place_(in_place), in_url_(percent_encode(in_place)) {}

    RedactedCall run(Request& request, std::string body, Response& reply) {
        const Message asked{request.headers, body, false};
        const Message answered{reply.headers, reply.body, true};
        for (const Message& message : {asked, answered})
            redact_fields(message);
        request.url.query = without_parameters(
            request.url.query, "&", [&](std::string_view name) { return rules_.query(name); },
            in_url_);
        // By the rules first: what they find is then looked for everywhere.
        for (const Message& message : {asked, answered})
            redact_body(message, rules_.pointers(), Secrets());
        if (!echoes_.empty()) {
            search_fields(answered, echoes_);
            redact_body(answered, {}, echoes_);
        }
        if (!secrets_.empty()) {
            search_fields(asked, secrets_);
            redact_body(asked, {}, secrets_);
            const InPlaceOfSecrets in_url{in_url_, in_url_};
            request.url.query = secrets_.without(request.url.query, Secrets::shortest, in_url);
            request.url.path = secrets_.without(request.url.path, least_in_path, in_url);
        }
        if (request.headers.contains("Content-Length"))
            request.headers.set("Content-Length", std::to_string(body.size()));
        if (!replay::is_kept_as_json(reply)) ignore_whole_body();
        return {std::move(body), std::move(ignore_), std::move(secrets_), std::move(named_)};
    }

  private:
    // Replies are compared, not asked with.
    std::string_view word_of(const Message& message) const {
        return message.is_reply ? redacted : in_place_;
    }

    void ignore(std::string pointer) {
        if (std::find(ignore_.begin(), ignore_.end(), pointer) == ignore_.end())
            ignore_.push_back(std::move(pointer));
    }

    // A body that is compared as bytes is compared as a whole.
    void ignore_whole_body() {
        const auto is_in_body = [](const std::string& pointer) {
            return !pointer.starts_with("/headers/");
        };
        if (std::erase_if(ignore_, is_in_body) > 0) ignore("/body");
    }

    void ignore_field(const Message& message, std::string_view name) {
        if (!message.is_reply) return;
        std::string pointer = "/headers/";
        for (char c : lower_case(name))
            pointer += c == '~' ? "~0" : std::string(1, c);
        ignore(std::move(pointer));
    }

    // Gives each field the value that `change` makes of it.
    void change_fields(
        const Message& message,
        const std::function<std::string(std::string_view name, std::string_view value)>& change) {
        Headers changed;
        for (const auto& [name, value] : message.headers) {
            const std::string next = change(name, value);
            changed.add(name, next);
            if (next != value) ignore_field(message, name);
        }
        message.headers = std::move(changed);
    }

    void redact_fields(const Message& message) {
        const std::string_view word = word_of(message);
        change_fields(message, [&](std::string_view name, std::string_view value) {
            if (iequals(name, "Cookie"))
                return without_cookies(value, rules_.header("cookie"), word);
            if (iequals(name, "Set-Cookie")) {
                const std::string_view pair = value.substr(0, value.find(';'));
                return without_cookies(pair, rules_.header("set-cookie"), word)
                    .append(value.substr(pair.size()));
            }
            if (rules_.header(name)) return take(value, std::string(name) + ": ", word);
            const auto query = value.find('?');
            if (query == value.npos || !rules_.has_queries()) return std::string(value);
            // A URL, perhaps among others (Referer, Location, Link, X-Original-Url).
            return std::string(value.substr(0, query + 1))
                .append(without_parameters(
                    value.substr(query + 1), "&#\"<>,; ?",
                    [&](std::string_view parameter) { return rules_.query(parameter); }, word));
        });
    }

    void search_fields(const Message& message, const Secrets& secrets) {
        change_fields(message, [&](std::string_view, std::string_view value) {
            return secrets.without(value, Secrets::shortest, {.value = word_of(message)});
        });
    }

    // Returns what stands in its place: `word`. `prefix` is what makes an echo of a short value
    // known: "name=".
    std::string take(std::string_view value, std::string_view prefix, std::string_view word) {
        if (replay::is_placeholder(percent_decode(value))) return std::string(value);
        secrets_.add(value);
        echoes_.add(value);
        echoes_.add_echo(prefix, value);
        return std::string(value.empty() ? value : word);
    }

    // "a=REDACTED; b=REDACTED": pairs keep their names, and what is no pair is a value.
    std::string without_cookies(std::string_view value, bool all, std::string_view word) {
        if (!all && !rules_.has_cookies()) return std::string(value);
        std::string out;
        while (!value.empty()) {
            std::string_view pair = value.substr(0, value.find(';'));
            const bool is_last = pair.size() == value.size();
            value.remove_prefix(std::min(value.size(), pair.size() + 1));
            const auto begin = std::min(pair.find_first_not_of(" \t"), pair.size());
            out.append(pair.substr(0, begin));
            pair.remove_prefix(begin);
            const auto equals = pair.find('=');
            std::string_view name = pair.substr(0, equals == pair.npos ? 0 : equals);
            const std::string_view cookie = pair.substr(equals == pair.npos ? 0 : equals + 1);
            out.append(pair.substr(0, pair.size() - cookie.size()));
            while (name.ends_with(' ') || name.ends_with('\t'))
                name.remove_suffix(1);
            out.append(all || rules_.cookie(name) ? take(cookie, std::string(name) + '=', word)
                                                  : std::string(cookie));
            if (!is_last) out += ';';
        }
        return out;
    }

    // "a=1&token=REDACTED": `ends` are the bytes that end a parameter.
    std::string without_parameters(std::string_view text, std::string_view ends,
                                   const std::function<bool(std::string_view)>& is_secret,
                                   std::string_view word) {
        std::string out;
        while (!text.empty()) {
            const std::string_view pair = text.substr(0, text.find_first_of(ends));
            const auto equals = std::min(pair.find('='), pair.size());
            const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
            const std::string_view name = pair.substr(0, pair.size() - value.size());
            const bool takes = is_secret(percent_decode(pair.substr(0, equals), true));
            out.append(name).append(takes ? take(value, name, word) : std::string(value));
            text.remove_prefix(pair.size());
            out.append(text.substr(0, 1));
            text.remove_prefix(std::min<std::size_t>(text.size(), 1));
        }
        return out;
    }

    // With pointers it looks for what rules name, else for secrets.
    void redact_body(const Message& message, const std::vector<PointerRule>& pointers,
                     const Secrets& secrets) {
        if (message.body.empty()) return;
        const bool by_rules = secrets.empty();
        if (by_rules && rules_.whole_body()) {
            for (const PointerRule& rule : pointers)
                if (rule.values.body()) named_.push_back(rule.pointer);
            if (replay::is_placeholder(message.body)) return;  // no secret, and to be filled in
            message.body = word_of(message);
            return changed(message, {"/body"});
        }
        if (by_rules && pointers.empty() && !rules_.has_forms()) return;
        const std::string coding = content_coding(message.headers);
        if (coding.empty()) return changed(message, redact_plain(message, pointers, secrets));
        auto decoded = decoded_body(message.body, coding);
        if (!decoded) {
            const std::string_view type = message.headers.get("Content-Type");
            if (!by_rules || !(type.empty() || is_text(type))) return;
            throw Error(of(message) + "has the content coding " + coding +
                        ", under which nothing can be redacted");
        }
        Headers plain = message.headers;
        const auto pointers_found =
            redact_plain({plain, *decoded, message.is_reply}, pointers, secrets);
        if (pointers_found.empty()) return;
        if (!message.is_reply)
            throw Error(of(message) + "has what is to be redacted, under the content coding " +
                        coding);
        message.body = redacted;
        changed(message, {"/body"});
    }

    void changed(const Message& message, const std::vector<std::string>& pointers) {
        if (!message.is_reply) return;
        for (const std::string& pointer : pointers)
            ignore(pointer);
    }

    // Returns pointers to what it has taken out.
    std::vector<std::string> redact_plain(const Message& message,
                                          const std::vector<PointerRule>& pointers,
                                          const Secrets& secrets) {
        const bool by_rules = secrets.empty();
        const std::string_view word = word_of(message);
        if (auto json = redact_json(message.body, pointers, secrets, {}, word)) {
            for (const std::string& value : json->values)
                take(value, {}, word);
            named_.insert(named_.end(), json->named.begin(), json->named.end());
            if (json->is_changed) message.body = std::move(json->text);
            return std::move(json->pointers);
        }
        const std::string_view type = message.headers.get("Content-Type");
        const auto first = message.body.find_first_not_of(" \t\r\n");
        if (by_rules && !pointers.empty() &&
            (replay::is_json_type(type) ||
             (first != std::string::npos && message.body[first] == '{')))
            throw Error(of(message) +
                        "looks like JSON and is none, so that nothing can be redacted in it");
        std::string text;
        if (!by_rules)
            text = secrets.without(
                message.body, Secrets::shortest,
                {.value = word, .spelling = is_form(type) ? word : std::string_view(redacted)});
        else if (rules_.has_forms() && is_form(type))
            text = without_parameters(
                message.body, "&", [&](std::string_view name) { return rules_.form(name); }, word);
        else
            return {};
        if (text == message.body) return {};
        message.body = std::move(text);
        return {"/body"};
    }

    static bool is_form(std::string_view type) {
        const auto media = MediaType::parse(type);
        return media && media->essence == "application/x-www-form-urlencoded";
    }

    static std::string of(const Message& message) {
        return message.is_reply ? "the reply's body " : "the request's body ";
    }

    const RedactionRules& rules_;
    const std::string_view in_place_;
    const std::string in_url_;
    Secrets secrets_;
    Secrets echoes_;  // and what a reply may make of them
    std::vector<std::string> ignore_;
    std::vector<std::string> named_;
};

}  // namespace

RedactedCall redact(Request& request, std::string body, Response& reply,
                    const RedactionRules& rules, std::string_view in_place) {
    return Redactor(rules, in_place).run(request, std::move(body), reply);
}

}  // namespace turngate::recording
