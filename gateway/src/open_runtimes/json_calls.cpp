// Appwrite before 1.4: a request is a JSON text, and so is the answer of v2.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doors/open_runtimes_reader.h"
#include "net/clean_headers.h"
#include "open_runtimes/call_front.h"
#include "open_runtimes/envelope.h"
#include "open_runtimes/fence.h"
#include <turngate/handlers/appwrite.h>
#include <turngate/http/environment.h>
#include <turngate/http/error.h>
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

using Generation = RuntimeGeneration;

Response reply(int status, std::string body, std::string_view type = "application/json") {
    return {status, {{"content-type", type}}, std::move(body)};
}

Response failure(Generation generation, int status, const std::string& message) {
    if (generation == Generation::v0) return reply(status, print_error(status, message));
    if (generation == Generation::v1) return reply(status, message, "text/plain");
    return reply(status, print_failure({}, message));
}

class JsonCalls final : public Handler {
  public:
    JsonCalls(HandlerPtr handler, CallSurroundings surroundings)
        : handler_(std::move(handler)),
          surroundings_(std::move(surroundings)),
          settings_(surroundings_.settings),
          fence_(surroundings_.stuck) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const auto* call = request.context.find<ExecutorCall>();
        if (!call || !call->challenge || !is_secret(*call->challenge, settings_.secret))
            return response.send(unauthorized());
        if (request.method != "POST") {
            response.header("allow", "POST");
            return response.send(failure(settings_.generation, 405, "Method Not Allowed"));
        }
        Envelope envelope;
        try {
            envelope = read_envelope(request.body.text(settings_.http.max_body));
        } catch (const HttpError& e) {
            return response.send(failure(settings_.generation, e.status(), e.what()));
        } catch (const JsonError& e) {
            return response.send(
                failure(settings_.generation, 500,
                        std::string("Unable to properly load request body: ") + e.what()));
        }
        const Generation generation = generation_of(envelope);
        const auto log = std::make_shared<CallLog>(generation);
        const auto time = envelope.timeout;
        std::vector<std::string> refused;
        request.context.put(environment_of(envelope.env, refused));
        fill(request, std::move(envelope));
        surroundings_.calls.attach(request.context, log);
        for (const std::string& name : refused)
            request.context.log(Level::warn, "the variable " + name +
                                                 " of the call is left out: no call may set it");
        const auto deliver = [&](CallResult&& result) {
            // Tasks behind the answer print as well. Who goes on may be adding some just now.
            const bool prints_on = result.goes_on || request.context.has_deferred();
            surroundings_.complete_output(request.context, prints_on);
            if (result.kind == CallResult::Kind::timed_out) {
                result.message = "Execution timed out.";
                log->log(Stream::err, result.message);
            }
            log->close();
            answer(response, generation, std::move(result), *log);
        };
        fence_.run(*handler_, request, time, std::ref(deliver));
    }
    bool may_migrate() const noexcept override { return handler_->may_migrate(); }

  private:
    Generation generation_of(const Envelope& envelope) const {
        if (!settings_.is_any_of_v1_and_v2) return settings_.generation;
        return envelope.has_variables ? Generation::v2 : Generation::v1;
    }

    // Nothing has been read of the request: it is not known whether it is one of v1.
    Response unauthorized() const {
        if (settings_.generation == Generation::v0)
            return reply(401, print_error(401, "Unauthorized"));
        if (settings_.generation == Generation::v1) return reply(500, "Unauthorized", "text/plain");
        std::string body;
        JsonWriter(body).begin_object().key("stderr").string("Unauthorized").end_object();
        return reply(500, std::move(body));
    }

    // For programs, and for variable(): what the platform of today sets for the process.
    static Environment environment_of(const Json& env, std::vector<std::string>& refused) {
        Environment out;
        for (const auto& [name, value] : *env.members()) {
            try {
                if (!out.set(name, value.string_or(""))) refused.push_back(name);
            } catch (const Error&) {  // no environment has such a name, or such a value
                refused.push_back(name);
            }
        }
        return out;
    }

    // What the handler is to see of it. Where it was sent to stays.
    static void fill(Request& request, Envelope&& envelope) {
        if (!envelope.headers.contains("Host"))
            envelope.headers.add("Host", request.headers.get("Host"));
        net::clean_headers(envelope.headers, false);
        request.headers = std::move(envelope.headers);
        request.headers.set("Content-Length", std::to_string(envelope.payload.size()));
        request.body = Body(std::move(envelope.payload));
        request.context.put(appwrite::Variables{std::move(envelope.env)});
    }

    static void answer(ResponseWriter& writer, Generation generation, CallResult&& result,
                       const CallLog& log) {
        const bool is_answer = result.kind == CallResult::Kind::answered;
        Response out;
        if (generation != Generation::v2) {
            out = is_answer ? std::move(result.response)
                            : failure(generation, result.status, result.message);
        } else {
            const std::string& printed = log.text(Stream::out);
            const std::string& errors = log.text(Stream::err);
            out = is_answer ? reply(result.response.status,
                                    print_answer(result.response, printed, errors))
                            : reply(result.status, print_failure(printed, errors));
        }
        // Who has no thread for the next request on this connection is not to be asked.
        if (result.kind == CallResult::Kind::timed_out) out.headers.set("connection", "close");
        writer.send(std::move(out));
        writer.finish();
    }

    const HandlerPtr handler_;
    const CallSurroundings surroundings_;
    const OpenRuntimesSettings& settings_;
    const Fence fence_;
};

}  // namespace

Response call_refusal(RuntimeGeneration generation, int status, std::string_view why) {
    return failure(generation, status, std::string(why));
}

HandlerPtr json_calls(HandlerPtr handler, CallSurroundings surroundings) {
    return std::make_shared<const JsonCalls>(std::move(handler), std::move(surroundings));
}

}  // namespace turngate
