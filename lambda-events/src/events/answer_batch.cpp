// Batches of records, one request each. AWS, "Handling errors for an SQS event source" and
// "Configuring partial batch response with Kinesis Data Streams and Lambda".
#include <string>
#include <utility>
#include <vector>

#include "answer_many.h"
#include <turngate/http/encoding.h>
#include <turngate/http/headers.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

namespace turngate::events {
namespace {

struct Record {
    std::string identifier;
    std::string body;
    std::string type = "application/json";
    Headers headers;
    bool is_ordered = false;  // what comes behind must wait for it
};

class RecordReader {
  public:
    RecordReader(const Json& record, std::size_t index) : record_(record), index_(index) {}

    Record read() {
        const std::string source = record_["eventSource"].string_or("");
        add("X-Amzn-Event-Source", record_["eventSource"]);
        add("X-Amzn-Event-Source-Arn", record_["eventSourceARN"]);
        if (source == "aws:sqs")
            read_message();
        else if (source == "aws:kinesis")
            read_data();
        else if (source == "aws:dynamodb")
            read_change();
        else
            throw JsonError(member("eventSource") +
                            ": expected that of the first record, aws:sqs, aws:kinesis or "
                            "aws:dynamodb");
        out_.headers.add("X-Amzn-Item-Identifier", out_.identifier);
        return std::move(out_);
    }

  private:
    std::string member(std::string_view name) const {
        return "Records[" + std::to_string(index_) + "]." + std::string(name);
    }

    const std::string& string(const Json& value, std::string_view name) const {
        if (!value.string()) throw JsonError(member(name) + ": expected a string");
        return *value.string();
    }

    const std::string& identifier(const Json& value, std::string_view name) const {
        const std::string& text = string(value, name);
        if (text.empty() || !is_field_value(text))
            throw JsonError(member(name) + ": expected an identifier");
        return text;
    }

    // What cannot be a field is not worth failing a message for.
    void add(const std::string& name, const Json& value) {
        const std::string* text = value.string();
        if (text && is_token(name) && is_field_value(*text)) out_.headers.add(name, *text);
    }

    void read_message() {
        out_.identifier = identifier(record_["messageId"], "messageId");
        out_.body = string(record_["body"], "body");
        out_.type = is_json(out_.body) ? "application/json" : "text/plain; charset=utf-8";
        out_.is_ordered = record_["eventSourceARN"].string_or("").ends_with(".fifo");
        if (const Json::Object* attributes = record_["messageAttributes"].members())
            for (const auto& [name, attribute] : *attributes)
                add("X-Amzn-Message-Attribute-" + name, attribute["stringValue"]);
    }

    void read_data() {
        const Json& kinesis = record_["kinesis"];
        out_.identifier = identifier(kinesis["sequenceNumber"], "kinesis.sequenceNumber");
        auto bytes = base64_decode(string(kinesis["data"], "kinesis.data"));
        if (!bytes)
            throw JsonError(member("kinesis.data") +
                            ": not base64 (RFC 4648 section 4, with padding)");
        out_.body = std::move(*bytes);
        out_.type = is_json(out_.body) ? "application/json" : "application/octet-stream";
        add("X-Amzn-Partition-Key", kinesis["partitionKey"]);
    }

    void read_change() {
        out_.identifier =
            identifier(record_["dynamodb"]["SequenceNumber"], "dynamodb.SequenceNumber");
        out_.body = record_.dump();
        add("X-Amzn-Event-Name", record_["eventName"]);
    }

    const Json& record_;
    std::size_t index_;
    Record out_;
};

std::vector<Record> read_records(std::string_view json) {
    const Json event = Json::parse(json, {.size = json.size()}, DuplicateNames::keep_last);
    std::vector<Record> records;
    if (const Json::Array* items = event["Records"].items())
        for (const Json& item : *items)
            records.push_back(RecordReader(item, records.size()).read());
    return records;
}

Request request_for(Record& record, const Request& whole) {
    Request request;
    request.method = whole.method;
    request.url = whole.url;
    request.headers = std::move(record.headers);
    request.headers.add("Content-Type", record.type);
    request.headers.add("Content-Length", std::to_string(record.body.size()));
    request.body = Body(std::move(record.body));
    request.context.request_id = record.identifier;
    request.context.deadline = whole.context.deadline;
    request.context.stop = whole.context.stop;
    request.context.reporter = whole.context.reporter;
    return request;
}

}  // namespace

void answer_batch(Answer& answer, const Handler& handler, Event event,
                  const AnswerOptions& options) {
    JsonWriter out(answer.reply);
    out.begin_object().key("batchItemFailures").begin_array();
    bool is_broken = false;
    for (Record& record : read_records(event.request.body.text(options.decode.max_size))) {
        if (!is_broken) {
            Request request = request_for(record, event.request);
            const int status =
                answer.serve(handler, std::move(request), Format::http, options).status;
            if (status >= 200 && status < 300) continue;
            is_broken = record.is_ordered;
        }
        out.begin_object().key("itemIdentifier").string(record.identifier).end_object();
    }
    out.end_array().end_object();
}

}  // namespace turngate::events
