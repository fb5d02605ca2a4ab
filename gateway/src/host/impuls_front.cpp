#include "host/impuls_front.h"

#include "event_exchange.h"
#include "host/impuls_reply.h"
#include "replay/quantity.h"
#include <turngate/http/recorder.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {
namespace {

using Clock = Context::Clock;
using Kind = Line::Kind;

void write_json(ResponseWriter& response, int status, std::string_view text) {
    response.status(status).header("Content-Type", "application/json");
    response.write(text);
}

void write_error(ResponseWriter& response, int status, std::string_view message) {
    write_json(response, status, Json::object({{"error", true}, {"message", message}}).dump());
}

class ImpulsFront final : public Handler {
  public:
    ImpulsFront(HandlerPtr program, InvocationLines& lines, ImpulsFrontOptions options)
        : program_(std::move(program)),
          lines_(lines),
          options_(std::move(options)),
          api_("/api/v1/functions/" + options_.name + "/invoke") {}

    void serve(Request& request, ResponseWriter& response) const override {
        if (request.url.path != api_) return answer_request(request, response);
        if (request.method != "POST") {
            response.header("Allow", "POST");
            return write_error(response, 405, "a function is invoked with POST");
        }
        std::string event = request.body.text();
        if (event.empty()) event = "null";  // what the platform makes of no body
        try {
            check_json(event, {.size = event.size()});
        } catch (const JsonError& e) {
            return write_error(response, 400, std::string("Invalid request body: ") + e.what());
        }
        const Reply reply = invoke(request, event, "event " + event);
        if (!reply.is_readable)
            write_json(response, 200, Json(reply.text).dump());
        else if (reply.read.error.empty())
            write_json(response, reply.read.status, reply.read.body);
        else
            write_error(response, reply.read.status, reply.read.error);
    }

  private:
    struct Reply {
        bool is_readable = false;
        std::string text;  // as it came
        ImpulsReply read = {};
    };

    void answer_request(Request& request, ResponseWriter& response) const {
        extend_forwarded_for(request, options_.format);
        const FreshEvent event = fresh_event(request, options_.format);
        const Reply reply =
            invoke(request, event.text, request.method + ' ' + request.url.target());
        if (!reply.is_readable) throw ProtocolError("the function's answer is no reply");
        if (!reply.read.error.empty())
            return write_error(response, reply.read.status, reply.read.error);
        response.send(response_of(reply.read.body, options_.format, request.method == "HEAD"));
    }

    Reply invoke(const Request& outer, const std::string& event, std::string what) const {
        const std::uint64_t number = lines_.begin();
        lines_.say(Kind::request, number, what.substr(0, longest_shown));
        const auto begun = Clock::now();
        Reply reply;
        try {
            reply.text = post(outer, call(event));
        } catch (const Cancelled& e) {
            lines_.say(Kind::answer, number, e.what());
            throw;
        } catch (const Error& e) {
            reply.is_readable = true;
            reply.read.status = 500;
            reply.read.error = std::string("failed to execute function: ") + e.what();
            lines_.say(Kind::answer, number, reply.read.error);
            return reply;
        }
        const auto took = Clock::now() - begun;
        try {
            reply.read = read_impuls_reply(reply.text);
            reply.is_readable = true;
            show(number, reply, took);
        } catch (const Error& e) {
            lines_.say(Kind::breach, number, std::string("the answer is no reply: ") + e.what());
        }
        return reply;
    }

    void show(std::uint64_t number, const Reply& reply, Clock::duration took) const {
        for (const std::string& line : reply.read.out)
            lines_.say(Kind::log, number, "stdout  " + line);
        for (const std::string& line : reply.read.err)
            lines_.say(Kind::log, number, "stderr  " + line);
        const double ms = std::chrono::duration<double, std::milli>(took).count();
        std::string text = std::to_string(reply.read.status) + "  " + replay::fixed(ms, 1) +
                           " ms, of the function " + std::to_string(reply.read.duration_ms) +
                           " ms  " + std::to_string(reply.read.body.size()) + " bytes";
        if (!reply.read.error.empty()) text += "  error: " + reply.read.error;
        lines_.say(Kind::answer, number, std::move(text));
    }

    // What Impuls posts, its members in the order of Go's maps.
    std::string call(const std::string& event) const {
        std::string out;
        JsonWriter json(out);
        json.begin_object().key("code").string(options_.code);
        json.key("env").begin_object();
        for (const auto& [name, value] : options_.environment)
            json.key(name).string(value);
        json.end_object().key("event").raw(event);
        json.key("function_name").string(options_.name);
        json.key("handler").string(options_.handler);
        json.key("memory_mb").unsigned_integer(options_.memory_mb);
        // Runtimes in Node read the one, those in Python the other.
        json.key("timeout_ms").integer(options_.timeout.count());
        json.key("timeout_sec")
            .integer(std::chrono::ceil<std::chrono::seconds>(options_.timeout).count());
        json.end_object();
        return out;
    }

    // The status of HTTP says nothing to the platform.
    std::string post(const Request& outer, std::string body) const {
        Request request = Request::post("/invoke", std::move(body), "application/json");
        request.headers.set("Host", "localhost");
        request.context.request_id = outer.context.request_id;
        request.context.reporter = outer.context.reporter;
        request.context.stop = outer.context.stop;
        request.context.deadline = Clock::now() + options_.timeout + patience;
        Recorder recorder("POST");
        program_->serve(request, recorder);
        return std::move(recorder.take().body);
    }

    static constexpr std::size_t longest_shown = 200;
    // The function's own timeout comes first, so that its words are seen.
    static constexpr std::chrono::milliseconds patience{2'000};

    const HandlerPtr program_;
    InvocationLines& lines_;
    const ImpulsFrontOptions options_;
    const std::string api_;
};

}  // namespace

HandlerPtr impuls_front(HandlerPtr program, InvocationLines& lines, ImpulsFrontOptions options) {
    return std::make_shared<const ImpulsFront>(std::move(program), lines, std::move(options));
}

}  // namespace turngate::host
