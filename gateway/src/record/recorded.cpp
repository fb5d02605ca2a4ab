// Middleware that records calls.
#include "record/recorded.h"

#include <array>
#include <exception>
#include <utility>

#include "record/tee.h"
#include "replay/thrown.h"
#include <turngate/http/error.h>
#include <turngate/http/serve.h>

namespace turngate::recording {
namespace {

// What of a body is read for the record alone.
constexpr std::uint64_t most_unread = 64 * 1024;

std::string too_long(const char* whose, std::size_t limit) {
    return std::string(whose) + " body has more than " + std::to_string(limit) + " bytes";
}

// The page that serve() makes of what a handler threw.
Response error_page(const std::exception_ptr& error, const std::string& method) {
    Recorder recorder(method);
    Request request;
    const HandlerPtr thrower =
        to_handler([&](Request&, ResponseWriter&) { std::rethrow_exception(error); });
    serve(*thrower, request, recorder);
    return recorder.take();
}

// A body whose bytes did not come.
class FailedBody final : public BodySource {
  public:
    FailedBody(int status, std::string message) : status_(status), message_(std::move(message)) {}
    std::size_t read(std::span<char>) override { throw HttpError(status_, message_); }

  private:
    int status_;
    std::string message_;
};

class RecordingHandler final : public Handler {
  public:
    RecordingHandler(HandlerPtr inner, std::shared_ptr<CallSink> sink, RecordedOptions options)
        : inner_(std::move(inner)), sink_(std::move(sink)), options_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const auto begin = std::chrono::steady_clock::now();
        const auto call = std::make_shared<Call>(options_.body_limit);
        call->number = sink_->arrived();
        call->time = std::chrono::system_clock::now();
        copy_head(request, *call);
        const bool is_whole = options_.prepare && read_whole(request.body);
        copy_body(request, call);
        if (is_whole) options_.prepare(request, *call);
        ResponseTee tee(response, *call);
        ResponseWriter writer(tee, request.method);
        const auto hand_over = [&] {
            call->duration = std::chrono::steady_clock::now() - begin;
            request.context.wait_until([sink = sink_, call] { sink->ended(std::move(*call)); });
        };
        try {
            inner_->serve(request, writer);
            writer.finish();
        } catch (...) {
            note_error(*call, request.method, std::current_exception());
            if (call->problem.empty()) read_rest(request, *call);
            hand_over();
            throw;
        }
        if (call->reply_body.overflowed() && call->problem.empty())
            call->problem = too_long("the reply's", options_.body_limit);
        if (call->problem.empty()) read_rest(request, *call);
        hand_over();
    }
    bool may_migrate() const noexcept override { return inner_->may_migrate(); }

  private:
    // Before the handler, which may change them.
    static void copy_head(const Request& request, Call& call) {
        call.request.method = request.method;
        call.request.url = request.url;
        call.request.headers = request.headers;
        call.request.remote_address = request.remote_address;
        call.request.protocol = request.protocol;
        call.request_id = request.context.request_id;
    }

    // False for a body that is larger than is kept, which then comes as it would, and for one that
    // cannot be had: the handler is to find out, without the same wait again.
    bool read_whole(Body& body) const {
        if (body.size().value_or(0) > options_.body_limit) return false;
        try {
            body.text(options_.body_limit);
            return true;
        } catch (const HttpError& e) {
            if (body.buffered().size() <= options_.body_limit)
                body = Body(std::make_unique<FailedBody>(e.status(), e.what()), std::nullopt);
            return false;
        }
    }

    static void copy_body(Request& request, const std::shared_ptr<Call>& call) {
        BodyCopy& copy = call->request_body;
        if (request.body.arrived()) {
            copy.add(request.body.buffered());
            copy.end();
            call->has_trailers = !request.body.trailers().empty();
            return;
        }
        const auto size = request.body.size();
        request.body = Body(std::make_unique<BodyTee>(std::move(request.body), call), size);
    }

    void note_error(Call& call, const std::string& method, const std::exception_ptr& error) const {
        if (!call.problem.empty()) return;
        if (replay::is_cancelled(error))
            call.problem = "the client left before the end, or the time was up";
        else if (call.is_head_known)
            call.problem = "the response broke off";
        else if (replay::is_failure(error))
            call.problem = "the handler failed";
        else
            copy_page(call, error_page(error, method));
    }

    static void copy_page(Call& call, Response page) {
        call.reply_body = BodyCopy(call.reply_body.room());
        call.reply_body.add(page.body);
        page.body.clear();
        call.reply = std::move(page);
        call.is_head_known = true;
    }

    // What the handler had no use for belongs to the request all the same. A client that waits for
    // a 100 sends nothing any more.
    void read_rest(Request& request, Call& call) const {
        BodyCopy& copy = call.request_body;
        const std::uint64_t missing =
            request.body.size().value_or(copy.received()) - copy.received();
        const bool may_read = !copy.failed() && missing <= most_unread &&
                              (copy.received() > 0 || !request.headers.contains("Expect"));
        try {
            std::array<char, 16 * 1024> block;
            for (std::uint64_t rest = 0; may_read && !copy.ended() && rest <= most_unread;) {
                const std::size_t n = request.body.read(block);
                if (n == 0) break;
                rest += n;
            }
        } catch (const std::exception&) {  // the client has gone, or sends what is no body
            copy.fail();
        }
        if (copy.failed())
            call.problem = "the request's body did not come whole";
        else if (copy.overflowed())
            call.problem = too_long("the request's", options_.body_limit);
        else if (!copy.ended())
            call.problem = "the handler answered before it had read the request's body";
    }

    const HandlerPtr inner_;
    const std::shared_ptr<CallSink> sink_;
    const RecordedOptions options_;
};

}  // namespace

HandlerPtr recorded(HandlerPtr inner, std::shared_ptr<CallSink> sink, RecordedOptions options) {
    return std::make_shared<const RecordingHandler>(std::move(inner), std::move(sink),
                                                    std::move(options));
}

}  // namespace turngate::recording
