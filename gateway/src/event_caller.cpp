#include "event_caller.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "fresh_ids.h"
#include "observe/access_log.h"
#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>
#include <turngate/http/nominated_fields.h>
#include <turngate/http/recorder.h>
#include <turngate/json/json_reader.h>

namespace turngate {
namespace {

constexpr std::size_t most_reply = 6'291'556;  // bytes: what Lambda takes from a function

// The part of a request that says what is asked for. While the program runs it is the event; then
// the door and its observers see what the client sent again.
class Disguise {
  public:
    Disguise(Request& request, std::string event) : request_(request) {
        const std::string host = request.url.host;
        method_ = std::exchange(request.method, "POST");
        url_ = std::exchange(request.url, Url::parse("/"));
        request.url.host = host;
        headers_ = std::exchange(request.headers,
                                 Headers{{"Host", host}, {"Content-Type", "application/json"}});
        request.headers.add("Content-Length", std::to_string(event.size()));
        body_ = std::exchange(request.body, Body(std::move(event)));
    }
    Disguise(const Disguise&) = delete;
    Disguise& operator=(const Disguise&) = delete;
    ~Disguise() {
        request_.method = std::move(method_);
        request_.url = std::move(url_);
        request_.headers = std::move(headers_);
        request_.body = std::move(body_);
    }

  private:
    Request& request_;
    std::string method_;
    Url url_;
    Headers headers_;
    Body body_;
};

// What belongs to the connection, or is computed anew, is not the program's to say.
void drop_framing(Response& response, bool is_head) {
    const NominatedFields nominated(response.headers);
    Headers kept;
    for (const auto& [name, value] : response.headers)
        if (!is_hop_by_hop(name) && !nominated.contains(name) &&
            (is_head || !iequals(name, "Content-Length")))
            kept.add(name, value);
    response.headers = std::move(kept);
}

class EventCaller final : public Handler {
  public:
    EventCaller(HandlerPtr program, events::Format format)
        : program_(std::move(program)), format_(format) {}

    void serve(Request& request, ResponseWriter& response) const override {
        request.context.put(EventShape{events::name(format_)});
        Response answer;
        try {
            answer = understood(call(request, event_of(request)));
        } catch (const ProtocolError& e) {
            request.context.log(Level::error, e.what());
            return response.send(text(std::string(e.what()) + '\n', 502));
        }
        drop_framing(answer, request.method == "HEAD");
        // What a REST API makes of a reply that does not say; others are as we are.
        if (format_ == events::Format::api_gateway_v1 && !answer.body.empty() &&
            !answer.headers.contains("Content-Type"))
            answer.headers.set("Content-Type", "application/json");
        response.send(std::move(answer));
    }

  private:
    std::string event_of(Request& request) const {
        events::EventSource source;
        source.time = std::chrono::system_clock::now();
        source.request_id = fresh_uuid();
        source.trace_id = fresh_trace_id(source.time);
        if (request.remote_address.empty()) source.source_ip = "127.0.0.1";  // a Unix socket
        return events::make_event(request, format_, source);
    }

    std::string call(Request& request, std::string event) const {
        const Disguise disguise(request, std::move(event));
        Recorder recorder("POST", most_reply);
        try {
            program_->serve(request, recorder);
            Response reply = recorder.take();
            if (reply.status < 200 || reply.status > 299)
                throw ProtocolError("the program answered the event with status " +
                                    std::to_string(reply.status) + ", and not with a reply");
            return std::move(reply.body);
        } catch (const Cancelled&) {
            throw;
        } catch (const ProtocolError&) {
            throw;
        } catch (const std::exception& e) {
            if (recorder.overflowed())
                throw ProtocolError("the reply is more than the " + std::to_string(most_reply) +
                                    " bytes that AWS Lambda takes from a function");
            throw ProtocolError(std::string("the program failed: ") + e.what());
        }
    }

    Response understood(const std::string& reply) const {
        Response answer;
        try {
            answer = events::decode_reply(reply, format_);
        } catch (const Error& e) {
            throw ProtocolError("what the program answered is no reply of shape " +
                                std::string(events::name(format_)) + ": " + e.what());
        }
        if (answer.status < 200 || answer.status > 599)
            throw ProtocolError("the reply has status " + std::to_string(answer.status) +
                                ", which is none from 200 to 599");
        return answer;
    }

    const HandlerPtr program_;
    const events::Format format_;
};

}  // namespace

HandlerPtr event_caller(HandlerPtr program, events::Format format) {
    return std::make_shared<const EventCaller>(std::move(program), format);
}

}  // namespace turngate
