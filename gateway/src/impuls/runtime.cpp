#include "impuls/runtime.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "function_choice.h"
#include "impuls/invocation_run.h"
#include "impuls/invoke_reply.h"
#include "impuls/invoke_request.h"
#include "stop_apart.h"
#include "version.h"
#include <turngate/json/json_writer.h>

namespace turngate::impuls {
namespace {

using Clock = Context::Clock;
using std::chrono::milliseconds;

// Who is asked to stop has this long to notice, and whoever waits for the answer waits that much
// longer.
constexpr milliseconds notice{100};
// After the client has left or the process is to end, before that is given up.
constexpr milliseconds stop_grace{1'000};

void write_json(ResponseWriter& response, int status, std::string_view text) {
    response.status(status).header("Content-Type", "application/json");
    response.header("Content-Length", std::to_string(text.size()));
    response.write(text);
}

// Counts one more as long as it lives.
class Counted {
  public:
    explicit Counted(std::atomic<std::size_t>& count) : count_(count), with_it_(++count) {}
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count_; }

    std::size_t with_it() const noexcept { return with_it_; }  // and those before it

  private:
    std::atomic<std::size_t>& count_;
    const std::size_t with_it_;
};

class Served final : public Handler {
  public:
    Served(HandlerPtr function, Runtime& runtime)
        : function_(std::move(function)), runtime_(runtime) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const std::string target = request.url.request_uri();
        if (request.method == "POST" && target == "/invoke")
            runtime_.invoke(function_, request, response);
        else if ((request.method == "GET" || request.method == "HEAD") && target == "/health")
            runtime_.tell_health(response);
        else
            write_json(response, 404, R"({"error":"Not found"})");
    }

  private:
    const HandlerPtr function_;
    Runtime& runtime_;
};

}  // namespace

HandlerPtr Runtime::serving(HandlerPtr function) {
    return std::make_shared<const Served>(std::move(function), *this);
}

void Runtime::tell_health(ResponseWriter& response) {
    was_asked_for_health_ = true;
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("status").string("healthy");
    json.key("runtime").string("turngate");
    json.key("version").string(build.version).end_object();
    write_json(response, 200, text);
}

// A platform does not become another one: the first invocation settles it.
LogsForm Runtime::logs_form() noexcept {
    if (options_.logs) return *options_.logs;
    int form = static_cast<int>(was_asked_for_health_ ? LogsForm::lists : LogsForm::text);
    int unsettled = -1;
    if (!form_.compare_exchange_strong(unsettled, form)) form = unsettled;
    return static_cast<LogsForm>(form);
}

std::optional<LogsForm> Runtime::settled_form() const noexcept {
    if (options_.logs) return options_.logs;
    const int form = form_;
    return form < 0 ? std::nullopt : std::optional(static_cast<LogsForm>(form));
}

void Runtime::invoke(const HandlerPtr& function, Request& request, ResponseWriter& response) {
    const auto begun = Clock::now();
    const LogsForm form = logs_form();
    std::optional<Counted> counted(calls_);
    const auto answer = [&](const InvokeResult& result, const InvocationLogs& logs) {
        counted.reset();  // the client may read slowly, and what is left behind counts as stuck
        const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
        write_json(response, result.error.empty() ? 200 : result.status,
                   invoke_reply(result, took, logs, form));
    };
    const auto refuse = [&](int status, const char* why) {
        request.context.log(Level::info, why);
        answer(failed(status, why), {});
    };
    const auto refuse_as_busy = [&] {
        response.header("Retry-After", "1");
        refuse(503, "the server is busy, try again later");
    };

    // Who drips in holds a thread of the door up, and what is refused is not worth reading.
    if (counted->with_it() + stuck().count() > options_.limits.most) return refuse_as_busy();
    InvokeRequest call;
    HandlerPtr handler;
    try {
        call = read_invoke_request(
            request.body.text(std::min<std::uint64_t>(options_.max_body, SIZE_MAX)));
        handler = by_name(function, call.invocation.handler);
    } catch (const Cancelled&) {
        throw;
    } catch (const HttpError& e) {
        return refuse(e.status(), e.what());
    } catch (const JsonError& e) {
        return refuse(400, e.what());
    } catch (const Error& e) {
        return refuse(404, e.what());
    }

    Context& context = request.context;
    const auto deadline = begun + call.timeout;
    const auto run = std::make_shared<InvocationRun>(std::move(call), std::move(handler), request,
                                                     deadline, options_);
    const std::stop_callback forward(context.stop, [&] { run->stop().request_stop(); });
    std::stop_source late;
    const std::stop_callback when_late(late.get_token(), StopApart{run->stop()});
    const auto alarm = timer_.request_stop_at(deadline, late);
    auto end = FencedThreads::End::refused;
    try {
        end = threads_.run([run] { run->serve(); }, deadline + notice, context.stop, stop_grace);
    } catch (const std::system_error& e) {
        const std::string why = std::string("there is no thread for the invocation: ") + e.what();
        return refuse(503, why.c_str());
    }
    if (end == FencedThreads::End::refused) return refuse_as_busy();
    if (end == FencedThreads::End::returned) {
        answer(run->result(), run->logs());
        // The tasks hear of the end of the process as the one behind this answer does.
        return context.wait_until([run, &context] {
            const std::stop_callback ending(context.stop, [&] { run->stop().request_stop(); });
            run->settle();
        });
    }
    // It may return just now, and what it has left for after the answer is not to hold that up.
    context.wait_until([run] {});
    if (options_.abandon) run->logs().abandon(options_.abandon);
    context.log(Level::error, "a handler goes on that nobody waits for any more: there are " +
                                  std::to_string(stuck().count()) + " now, and with " +
                                  std::to_string(options_.limits.most_late) +
                                  " whose time is over the program starts anew");
    answer(failed(500, std::string(late_text)), run->logs());
}

}  // namespace turngate::impuls
