// Frames that Vercel's own runtimes sent, recorded; and ours for the same requests to a handler
// that does what the recorded application did.
#include <fstream>
#include <map>
#include <set>

#include <boost/test/unit_test.hpp>

#include "serve_vercel.h"
#include "support/skip.h"
#include "support/vercel_served.h"
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;

namespace {

// Steps of which our frames differ, with the reason. One that does not differ is an error.
const std::map<std::string, std::string> deviations = {
    {"python-http-1.0/ping-slash", "no invocation id: neither a beginning nor an end is told"},
    {"python-http-1.0/no-internal-headers", "no invocation id: likewise"},
    {"python-http-1.0/raise", "what is thrown is logged, in one piece and as the request's"},
    {"python-http-1.0/sysexit", "a handler that gives up is logged, and does not go unanswered"},
    {"python-wsgi/raise", "what is thrown is logged as the request's"},
    {"python-wsgi/raise-late", "what is thrown is logged as the request's"},
    {"python-asgi/raise", "what is thrown is logged as the request's, before its end"},
    {"python-asgi/task", "the end waits for tasks: the instance may be suspended behind it"},
    {"go-proxy/raise", "what is thrown is logged"},
    {"go-proxy-child-dies/die", "what is thrown is logged; a program that dies is started again"},
    {"go-proxy-child-exit0/exit0", "what is thrown is logged; the program is started again"},
};

// Steps that are no request of their own, with where they are tested.
const std::map<std::string, std::string> elsewhere = {
    {"python-http-1.0/malformed", "no request: refused by the door, and nobody is told"},
    {"python-http-1.0/client-abort", "vercel_door: ends_once_when_the_client_leaves"},
    {"python-http-1.0/process-exit", "only the process ends: no frame to send"},
    {"python-http-1.1/keep-alive", "vercel_door: keeps_frames_of_a_thousand_requests_apart"},
    {"python-asgi/concurrent", "vercel_door: keeps_frames_of_a_thousand_requests_apart"},
    {"python-asgi/websocket", "vercel_door: ends_once_when_protocols_are_switched"},
    {"python-import-error/startup", "e2e vercel.py: a handler that cannot be opened"},
    {"python-missing-variable/startup", "likewise"},
    {"python-sys-exit/startup", "vercel_ipc: prints_what_is_held_back_when_it_never_starts"},
    {"python-init-exit0/startup", "likewise"},
    {"python-init-overflow/startup", "vercel_ipc: prints_what_is_too_much_to_hold_back"},
    {"python-no-listener/startup", "vercel_ipc: goes_to_standard_error_without_a_listener"},
    {"go-proxy-child-startup-fail/startup", "e2e vercel.py: a program that ends"},
    {"go-proxy-no-binary/startup", "e2e vercel.py: a program that ends"},
};

// Times, ports and durations as 0; members in order of their names.
std::string comparable(const Json& value) {
    if (const auto* members = value.members()) {
        std::map<std::string, std::string> sorted;
        for (const auto& [name, member] : *members) {
            const bool varies = name == "handlerStartedAt" || name == "initDuration" ||
                                name == "httpPort" || name == "start" || name == "duration";
            sorted[name] = varies ? "0" : comparable(member);
        }
        std::string out;
        for (const auto& [name, text] : sorted)
            out += name + '=' + text + ' ';
        return '{' + out + '}';
    }
    return value.dump();
}

// The access log of Python's server, which ours has not.
bool is_access_line(const std::string& text) {
    return text.starts_with("127.0.0.1 - - [");
}

struct Step {
    std::string name;  // "run/step"
    std::vector<std::string> requests;
    std::vector<std::string> frames;  // comparable
};

std::vector<Step> recorded_steps() {
    std::vector<Step> steps;
    std::ifstream file(TURNGATE_FIXTURES "/vercel/ipc-capture.jsonl");
    if (!file) test::skip("no recorded frames");
    for (std::string line; std::getline(file, line);) {
        const Json record = Json::parse(line);
        const std::string step = record["step"].string_or("");
        const std::string kind = record["kind"].string_or("");
        const std::string name = record["run"].string_or("") + '/' + step;
        if (step == "shutdown" || step == "exit") continue;  // no frame of ours
        if (steps.empty() || steps.back().name != name) steps.push_back({name, {}, {}});
        if (kind == "http") steps.back().requests.push_back(record["request"].string_or(""));
        if (kind == "frame" && !is_access_line(record["text"].string_or("")))
            steps.back().frames.push_back(comparable(record["frame"]));
    }
    return steps;
}

// What the applications did.
class Application {
  public:
    Application(std::string run, VercelServed*& served) : run_(std::move(run)), served_(served) {}

    void init() const {
        VercelIpc& ipc = served_->ipc;
        if (run_.starts_with("python-http")) {
            ipc.printed(Context(), Stream::out, "init print\n");
            ipc.printed(Context(), Stream::err, "init stderr\n");
            ipc.logged(Context(), Level::warn, "init logging");
        }
        if (run_ == "python-wsgi") ipc.printed(Context(), Stream::out, "wsgi init\n");
        if (run_ == "python-asgi") {
            ipc.printed(Context(), Stream::out, "asgi init\n");
            ipc.printed(Context(), Stream::out, "lifespan startup\n");
        }
        ipc.server_started(served_->port());
    }

    void serve(Request& request, ResponseWriter& response) const {
        const std::string& path = request.url.path;
        request.body.text();
        if (path == "/raise-late") response.write("x"), response.flush();
        const bool dies = path == "/die" || path == "/exit0";
        if (path.starts_with("/raise") || path == "/sysexit" || dies)
            throw std::runtime_error("boom");
        if (run_.starts_with("python-http")) speak_http(path, request.context);
        if (path == "/print" && run_ != "python-http-1.0") speak(request.context);
        if (path == "/task")
            request.context.wait_until(
                [&context = request.context] { context.print(Stream::out, "after response\n"); });
        if (path == "/stream" && run_ == "python-asgi")
            for (const char* line : {"stream 0\n", "stream 1\n", "stream 2\n"})
                request.context.print(Stream::out, line);
        response.write("answer");
    }

  private:
    void speak(const Context& context) const {
        const bool is_wsgi = run_ == "python-wsgi";
        if (run_.starts_with("go")) return;
        context.print(Stream::out, is_wsgi ? "from wsgi\n" : "from asgi\n");
        context.print(Stream::err, is_wsgi ? "wsgi.errors line\n" : "to err\n");
    }

    void speak_http(const std::string& path, const Context& context) const {
        if (path == "/print") context.print(Stream::out, "hello world 42\n");
        if (path == "/print-utf8") context.print(Stream::out, "café ☃ 😀\n");
        if (path == "/print-noeol") context.print(Stream::out, "no newline");
        if (path == "/print-lines") context.print(Stream::out, "a\nb\nc\n");
        if (path == "/print-empty") context.print(Stream::out, "\n");
        if (path == "/stderr") context.print(Stream::err, "to stderr\n");
        if (path == "/log") {
            context.log(Level::debug, "d 1");
            context.log(Level::info, "i");
            context.log(Level::warn, "w");
            context.log(Level::error, "e");
            context.log(Level::fatal, "c");
        }
        if (path == "/slow")
            for (const char* line : {"chunk 0\n", "chunk 1\n", "chunk 2\n"})
                context.print(Stream::out, line);
        if (path == "/bg")
            served_->ipc.printed(Context(), Stream::out,
                                 "printed by a background thread, no request context\n");
        if (path == "/urllib3") {
            context.log(Level::debug, "Starting new HTTP connection (1): 127.0.0.1:56747");
            context.log(Level::debug,
                        "http://127.0.0.1:56747 \"POST /u3/x?q=1&z=2 HTTP/1.1\" 203 2");
            context.report({.id = 1,
                            .method = "POST",
                            .host = "127.0.0.1",
                            .path = "/u3/x",
                            .search = "q=1&z=2",
                            .status = 203,
                            .start = {}});
        }
    }

    const std::string run_;
    VercelServed*& served_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_goldens)

BOOST_AUTO_TEST_CASE(we_tell_what_the_runtimes_told) {
    std::string run;
    std::unique_ptr<VercelServed> served;
    VercelServed* current = nullptr;
    std::set<std::string> seen;
    for (const Step& step : recorded_steps()) {
        seen.insert(step.name);
        if (elsewhere.contains(step.name)) continue;
        const std::string this_run = step.name.substr(0, step.name.find('/'));
        const bool is_startup = step.name.ends_with("/startup");
        if (this_run != run) {
            run = this_run;
            const auto application = std::make_shared<Application>(run, current);
            const HandlerPtr handler =
                to_handler([application](Request& request, ResponseWriter& response) {
                    application->serve(request, response);
                });
            served = std::make_unique<VercelServed>(
                behind_prefix(handler, run == "go-proxy-prefix" ? "/_svc/b" : ""),
                VercelIpcOptions{.handler_started = !run.starts_with("go"),
                                 .form = {.level = Level::debug}});
            current = served.get();
            application->init();
            if (!is_startup) served->frames();
        }
        BOOST_TEST_REQUIRE((is_startup || !step.requests.empty()), "not run: " << step.name);
        for (const std::string& request : step.requests)
            ask(served->served, request);
        std::vector<std::string> ours;
        for (const std::string& frame : served->frames())
            ours.push_back(comparable(Json::parse(frame)));
        if (deviations.contains(step.name))
            BOOST_TEST((ours != step.frames), "is no deviation any more: " << step.name);
        else {
            BOOST_TEST_CONTEXT(step.name)
            BOOST_TEST(ours == step.frames, boost::test_tools::per_element());
        }
    }
    if (seen.empty()) return;
    for (const auto* table : {&deviations, &elsewhere})
        for (const auto& [name, reason] : *table)
            BOOST_TEST(seen.contains(name), "there is no such step: " << name);
}

BOOST_AUTO_TEST_SUITE_END()
