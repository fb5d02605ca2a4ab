#include "placeholders.h"

#include <algorithm>
#include <charconv>

namespace turngate::events {
namespace {

constexpr std::string_view opening = "{{{";
constexpr std::string_view closing = "}}}";
constexpr std::string_view value = "1111";  // a number, a token, and base64

// What the templates of the SAM command line leave open.
constexpr std::string_view known[] = {"accountId",
                                      "account_id",
                                      "application",
                                      "application_id",
                                      "body",
                                      "bucket",
                                      "bucket_arn",
                                      "cause",
                                      "contact_id",
                                      "custom_data",
                                      "data",
                                      "dns_suffix",
                                      "error",
                                      "execution_role",
                                      "flow_direction",
                                      "input_bucket",
                                      "input_key",
                                      "iteration_object_timestamp",
                                      "key",
                                      "label_attribute_name",
                                      "labeling_job_name",
                                      "mail_from",
                                      "md5_of_body",
                                      "message",
                                      "method",
                                      "output_bucket",
                                      "output_key",
                                      "partition",
                                      "partition_key",
                                      "path",
                                      "phone_number",
                                      "querystringparameters",
                                      "queue_name",
                                      "region",
                                      "repository",
                                      "request_id",
                                      "resource",
                                      "restApiId",
                                      "rule",
                                      "s3_output_path",
                                      "sender",
                                      "sequence",
                                      "session_id",
                                      "source_ref",
                                      "stack",
                                      "stage",
                                      "stream",
                                      "subject",
                                      "table",
                                      "topic",
                                      "trigger",
                                      "uri",
                                      "user_id"};

bool is_name(char c) noexcept {
    return c == '_' || c == '-' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

// Where in `problem` the number of the byte stands that it is about; empty if it names none, or one
// of a text within the event.
std::string_view byte_of(std::string_view problem) {
    constexpr std::string_view of_json = "bad JSON at byte ", of_member = " (byte ";
    std::string_view rest;
    if (problem.starts_with(of_json)) {
        rest = problem.substr(of_json.size());
        return rest.substr(0, rest.find(':'));
    }
    const auto at = problem.rfind(of_member);
    if (at == std::string_view::npos || !problem.ends_with(')')) return {};
    rest = problem.substr(at + of_member.size());
    rest.remove_suffix(1);
    return rest.find_first_not_of("0123456789") == std::string_view::npos ? rest
                                                                          : std::string_view();
}

std::optional<std::size_t> number(std::string_view digits) {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (digits.empty() || error != std::errc()) return std::nullopt;
    return n;
}

}  // namespace

Placeholders::Placeholders(std::string_view text) : text_(text) {
    for (std::size_t at = text.find(opening); at != std::string_view::npos;
         at = text.find(opening, at)) {
        std::size_t end = at + opening.size();
        while (end < text.size() && is_name(text[end]))
            ++end;
        const bool is_one =
            end > at + opening.size() && text.substr(end, closing.size()) == closing;
        if (is_one) found_.push_back({at, end + closing.size()});
        at = is_one ? end + closing.size() : at + 1;
    }
}

bool Placeholders::is_whole_string(const Span& span) const {
    const bool is_quoted = span.begin > 0 && text_[span.begin - 1] == '"' &&
                           span.end < text_.size() && text_[span.end] == '"';
    if (!is_quoted || (span.begin > 1 && text_[span.begin - 2] == '\\')) return false;
    const auto name = text_.substr(span.begin + opening.size(),
                                   span.end - span.begin - opening.size() - closing.size());
    return std::find(std::begin(known), std::end(known), name) != std::end(known);
}

bool Placeholders::is_in_name(const Span& span) const {
    constexpr std::size_t longest = 256;
    const auto before =
        text_.substr(span.begin - std::min(span.begin, longest), std::min(span.begin, longest));
    const auto quote = before.rfind('"');
    if (quote == std::string_view::npos) return false;
    const auto name = before.substr(quote + 1);
    return name.starts_with("arn:") || name.starts_with("amzn1.");
}

bool Placeholders::any_is_value() const {
    return std::any_of(found_.begin(), found_.end(),
                       [&](const Span& span) { return is_whole_string(span) || is_in_name(span); });
}

bool Placeholders::is_at(std::size_t byte) const {
    std::size_t end = byte + 1;
    if (byte < text_.size() && text_[byte] == '"')
        for (; end < text_.size() && text_[end] != '"'; ++end)
            end += text_[end] == '\\';
    // The first that ends behind the byte is the only one that can be at it.
    const auto span = std::upper_bound(found_.begin(), found_.end(), byte,
                                       [](std::size_t at, const Span& s) { return at < s.end; });
    return span != found_.end() && span->begin < end;
}

bool Placeholders::explain(std::string_view problem) const {
    const auto byte = number(byte_of(problem));
    return byte && is_at(*byte);
}

std::string Placeholders::filled() const {
    std::string out;
    std::size_t from = 0;
    for (const Span& span : found_) {
        out.append(text_.substr(from, span.begin - from)).append(value);
        from = span.end;
    }
    return out.append(text_.substr(from));
}

std::string Placeholders::as_of_template(std::string_view problem) const {
    const std::string_view digits = byte_of(problem);
    const auto byte = number(digits);
    if (!byte) return std::string(problem);
    std::size_t at = *byte;  // in the filled text, then in the template
    for (const Span& span : found_) {
        if (at < span.begin) break;
        if (at < span.begin + value.size())
            at = span.begin;
        else
            at += span.end - span.begin - value.size();
    }
    const auto before = static_cast<std::size_t>(digits.data() - problem.data());
    return std::string(problem.substr(0, before)) + std::to_string(at) +
           std::string(problem.substr(before + digits.size()));
}

}  // namespace turngate::events
