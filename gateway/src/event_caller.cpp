#include "event_caller.h"

#include <string>
#include <utility>

#include "event_exchange.h"
#include "lambda_limits.h"
#include "observe/access_log.h"
#include <turngate/http/recorder.h>

namespace turngate {
namespace {

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

class EventCaller final : public Handler {
  public:
    EventCaller(HandlerPtr program, events::Format format)
        : program_(std::move(program)), format_(format) {}

    void serve(Request& request, ResponseWriter& response) const override {
        request.context.put(EventShape{events::name(format_)});
        extend_forwarded_for(request, format_);
        Response answer;
        try {
            answer = response_of(call(request, fresh_event(request, format_).text), format_,
                                 request.method == "HEAD");
        } catch (const ProtocolError& e) {
            request.context.log(Level::error, e.what());
            return response.send(text(std::string(e.what()) + '\n', 502));
        }
        // What a REST API makes of a reply that does not say; others are as we are.
        if (format_ == events::Format::api_gateway_v1 && !answer.body.empty() &&
            !answer.headers.contains("Content-Type"))
            answer.headers.set("Content-Type", "application/json");
        response.send(std::move(answer));
    }
    bool may_migrate() const noexcept override { return program_->may_migrate(); }

  private:
    std::string call(Request& request, std::string event) const {
        const Disguise disguise(request, std::move(event));
        Recorder recorder("POST", lambda_limits::reply);
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
                throw ProtocolError("the reply is more than the " +
                                    std::to_string(lambda_limits::reply) +
                                    " bytes that AWS Lambda takes from a function");
            throw ProtocolError(std::string("the program failed: ") + e.what());
        }
    }

    const HandlerPtr program_;
    const events::Format format_;
};

}  // namespace

HandlerPtr event_caller(HandlerPtr program, events::Format format) {
    return std::make_shared<const EventCaller>(std::move(program), format);
}

}  // namespace turngate
