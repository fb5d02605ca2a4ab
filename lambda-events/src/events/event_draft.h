// What every event is written from: a request taken apart as sources take it apart.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reply_fields.h"
#include <turngate/events/make_event.h>
#include <turngate/http/headers.h>
#include <turngate/http/request.h>
#include <turngate/json/json_writer.h>

namespace turngate::events {

// Query parameters of one name, in the place of its first.
struct ParameterGroup {
    std::string name;
    std::vector<std::string> values;
};
using ParameterGroups = std::vector<ParameterGroup>;

// What becomes of several values of one name.
enum class Several { last, joined, list };

class EventDraft {
  public:
    // Reads the body. Everything given must outlive this.
    EventDraft(Request& request, Format format, const EventSource& source);

    const Request& request;
    const EventSource& source;
    std::string path;   // encoded, valid in a URL whatever the request had
    std::string query;  // likewise
    std::string_view body;
    bool is_base64 = false;
    std::string client;  // the client's address

    const Headers& headers() const noexcept { return headers_; }
    const Fields& fields() const noexcept { return fields_; }

    // The path as the sources write it that decode paths: behind the stage, percent-decoded and cut
    // at a '?' (captures of the real service). Throws HttpError(400) if a CR, LF or NUL comes out.
    std::string decoded_path(std::string_view stage) const;

    // Names and values decoded, or as they stand in the query.
    ParameterGroups parameters(bool decoded) const;

    // Names in lower case if asked.
    void write_headers(JsonWriter& out, Several several, bool lower) const;
    void write_body(JsonWriter& out) const;  // the string alone

  private:
    void add_forwarded(Format format);
    void add_missing(std::string_view name, std::string_view value);

    Headers headers_;
    Fields fields_;
};

void write_parameters(const ParameterGroups& groups, JsonWriter& out, Several several);

// A body as this source would put it in its event: true for base64.
bool source_sends_base64(Format format, const Headers& headers, std::string_view body);

// The host that a source's own domain has: "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com".
std::string source_domain(Format format, const EventSource& source);

// The stage that this source has unless another is asked for.
std::string source_stage(Format format, const EventSource& source);

// One writer for each family of shapes.
void write_api_gateway_v1(const EventDraft& draft, Format format, JsonWriter& out);
void write_api_gateway_v2(const EventDraft& draft, Format format, JsonWriter& out);
void write_alb(const EventDraft& draft, Format format, JsonWriter& out);
void write_lattice_v1(const EventDraft& draft, JsonWriter& out);
void write_lattice_v2(const EventDraft& draft, JsonWriter& out);
void write_websocket(const EventDraft& draft, JsonWriter& out);
void write_edge(const EventDraft& draft, JsonWriter& out);
void write_vercel(const EventDraft& draft, JsonWriter& out);
void write_http(const EventDraft& draft, JsonWriter& out);

}  // namespace turngate::events
