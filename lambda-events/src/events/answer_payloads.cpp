// Vercel's events with several payloads, answered as its Node bridge answers them: recorded, since
// no documentation describes it. The parts are base64 and the whole is not, whatever `encoding`
// says.
#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer_many.h"
#include "reply_fields.h"
#include "reply_limits.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_writer.h>

namespace turngate::events {
namespace {

// The values of each name of one response.
using FieldMap = std::map<std::string, std::vector<std::string>>;

// What is left of a response when its body has gone into the multipart one.
struct Part {
    int status;
    FieldMap fields;
};

FieldMap field_map(const Response& response) {
    FieldMap map;
    for (const FieldView& field : reply_fields(response, Format::vercel))
        map[lower_case(field.name)].emplace_back(field.value);
    return map;
}

void write_field(JsonWriter& out, std::string_view key, std::string_view name,
                 const std::vector<std::string>& values) {
    out.key(key);
    if (name == "set-cookie" && values.size() > 1) {
        out.begin_array();
        for (const std::string& value : values)
            out.string(value);
        out.end_array();
        return;
    }
    std::string joined = values.front();
    for (std::size_t i = 1; i < values.size(); ++i)
        joined.append(", ").append(values[i]);
    out.string(joined);
}

// A field that all parts have alike goes out once, any other under the number of its part.
void write_headers(JsonWriter& out, const std::vector<Part>& parts) {
    constexpr std::string_view prefix = "x-vercel-payload-";
    struct Occurrence {
        std::size_t part;
        const std::vector<std::string>* values;
    };
    std::map<std::string_view, std::vector<Occurrence>> names;
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (const auto& [name, values] : parts[i].fields)
            names[name].push_back({i, &values});

    out.begin_object();
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (parts[i].status != 200)
            out.key(std::string(prefix) + std::to_string(i + 1) + "-status")
                .string(std::to_string(parts[i].status));
    for (const auto& [name, found] : names) {
        const auto& values = *found[0].values;
        const bool is_common =
            found.size() == parts.size() &&
            std::all_of(found.begin(), found.end(),
                        [&values](const Occurrence& o) { return *o.values == values; });
        if (is_common && name != "content-type") write_field(out, name, name, values);
        if (is_common) continue;
        for (const Occurrence& o : found)
            write_field(out,
                        std::string(prefix) + std::to_string(o.part + 1) + "-" + std::string(name),
                        name, *o.values);
    }
    out.key("content-type").string(R"(multipart/mixed; boundary="payload-separator")");
    out.end_object();
}

constexpr std::string_view last_line = "--payload-separator--\r\n";

std::string part_text(const Response& part) {
    std::string text = "--payload-separator\r\ncontent-type: ";
    text.append(part.headers.get("content-type", "text/plain")).append("\r\n\r\n");
    base64_encode_to(text, part.body);
    return text += "\r\n";
}

// The body, a part at a time. Past what the source takes, it is counted and not kept.
class Multipart {
  public:
    explicit Multipart(const EncodeOptions& options) : options_(options) {}

    void add(const Response& part) {
        const std::string text = part_text(part);
        size_ += text.size();
        if (!options_.check_size) {
            body_ += text;
            return;
        }
        try {
            check_reply_size(size_, size_, Format::vercel, options_);
            body_ += text;
        } catch (const HttpError& e) {
            problem_ = e.what();
            body_ = {};
        }
    }

    // What the source would say of the whole; empty if it takes it.
    const std::string& problem() const noexcept { return problem_; }
    std::string_view end() { return body_ += last_line; }

  private:
    const EncodeOptions& options_;
    std::size_t size_ = last_line.size();
    std::string body_;
    std::string problem_;
};

}  // namespace

void answer_payloads(Answer& answer, const Handler& handler, Event event,
                     const AnswerOptions& options) {
    std::vector<Part> parts;
    Multipart body(options.encode);
    event.further.insert(event.further.begin(), std::move(event.request));
    for (Request& request : event.further) {
        const Response part = answer.serve(handler, std::move(request), Format::vercel, options);
        check_error_statuses(part, options);
        body.add(part);
        parts.push_back({part.status, field_map(part)});
    }
    if (!body.problem().empty()) {
        answer.reply = encode(text(body.problem() + '\n', 413), Format::vercel);
        return;
    }
    JsonWriter out(answer.reply);
    out.begin_object();
    out.key("statusCode").integer(200);
    out.key("headers");
    write_headers(out, parts);
    out.key("body").string(body.end());
    out.key("encoding").string("base64");
    out.end_object();
}

}  // namespace turngate::events
