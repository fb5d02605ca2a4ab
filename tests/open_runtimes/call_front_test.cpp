#include "open_runtimes/call_front.h"

#include <atomic>
#include <fstream>
#include <map>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "doors/open_runtimes_reader.h"
#include "support/recording_reporter.h"
#include "support/temporary_directory.h"
#include <turngate/handlers/appwrite.h>

using namespace turngate;

namespace {

using Variables = std::map<std::string, std::string>;

// What stands before `handler`, without a door.
struct Front {
    test::RecordingReporter otherwise;
    CallReporter calls{Level::info, otherwise};
    StuckThreads stuck;
    OpenRuntimesSettings settings;
    mutable std::vector<bool> goes_on;  // of each whose output was complete
    HandlerPtr front;

    Front(HandlerPtr handler, const Variables& variables)
        : settings(open_runtimes_settings(
              [&](const std::string& name) -> std::optional<std::string> {
                  const auto found = variables.find(name);
                  return found == variables.end() ? std::nullopt : std::optional(found->second);
              },
              variables.contains("INTERNAL_RUNTIME_KEY") ? "appwrite" : "open-runtimes")) {
        const CallSurroundings surroundings = {
            .settings = settings,
            .stuck = stuck,
            .calls = calls,
            .complete_output = [this](const Context&, bool on) { goes_on.push_back(on); }};
        const bool is_old = settings.generation <= RuntimeGeneration::v2;
        front = is_old ? json_calls(std::move(handler), surroundings)
                       : http_calls(std::move(handler), surroundings);
    }

    Response answer(Request& request) const {
        Recorder recorder(request.method);
        serve(*front, request, recorder);
        return recorder.take();
    }
};

Response timings_of(const std::string& file) {
    const Front front(to_handler([](Request&) { return text("handled"); }),
                      {{"OPEN_RUNTIMES_SECRET", "s"}, {"TURNGATE_TIMINGS_FILE", file}});
    Request request = Request::get("/__opr/timings");
    return front.answer(request);
}

// Serves what the executor sends again and again, while another thread looks for what is attached
// to it, as that does which reads what children print.
void serve_while_looked_at(const Front& front, const std::string& body, const Headers& headers) {
    for (int i = 0; i < 100; ++i) {
        Request one = Request::make("POST", "/", body, headers);
        OpenRuntimesReader().read(one);
        std::atomic<bool> is_over = false;
        std::thread other([&] {
            while (!is_over)
                one.context.find<int>();
        });
        front.answer(one);
        is_over = true;
        other.join();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(only_itself_is_right) {
    BOOST_TEST(is_secret("abc", "abc"));
    for (const char* wrong : {"", "ab", "abcd", "abd", "ABC", "xbc"})
        BOOST_TEST(!is_secret(wrong, "abc"), wrong);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(calls)

// What goes wrong here ThreadSanitizer sees.
BOOST_AUTO_TEST_CASE(nothing_is_attached_once_others_may_look) {
    std::atomic<int> served = 0;
    const HandlerPtr handler = to_handler([&](Request& request) {
        const auto* variables = request.context.find<appwrite::Variables>();
        served += variables ? variables->values["A"].string_or("") == "b" : 1;
        return text("");
    });
    const std::string call = R"({"env":{"A":"b"},"payload":"p"})";
    serve_while_looked_at(Front(handler, {{"INTERNAL_RUNTIME_KEY", "k"}}), call,
                          {{"x-internal-challenge", "k"}});
    serve_while_looked_at(
        Front(handler, {{"OPEN_RUNTIMES_SECRET", "s"}, {"TURNGATE_LOG_DIR", "/nowhere"}}), "",
        {{"x-open-runtimes-secret", "s"}});
    BOOST_TEST(served == 200);
}

// Else what they print by descriptors and children would be a neighbour's.
BOOST_AUTO_TEST_CASE(who_has_tasks_left_goes_on) {
    const HandlerPtr handler = to_handler([](Request& request) {
        if (request.url.path == "/later") request.context.wait_until([] {});
        return text("");
    });
    const auto goes_on = [&](const Variables& variables, const Headers& headers,
                             const std::string& path) -> bool {
        const Front front(handler, variables);
        Request request = Request::make("POST", path, "{}", headers);
        OpenRuntimesReader().read(request);
        front.answer(request);
        BOOST_TEST_REQUIRE(front.goes_on.size() == 1u);
        return front.goes_on.front();
    };
    const Variables old = {{"INTERNAL_RUNTIME_KEY", "k"}}, now = {{"OPEN_RUNTIMES_SECRET", "s"}};
    const Headers challenge = {{"x-internal-challenge", "k"}};
    const Headers secret = {{"x-open-runtimes-secret", "s"}};
    BOOST_TEST(goes_on(old, challenge, "/later"));
    BOOST_TEST(goes_on(now, secret, "/later"));
    BOOST_TEST(!goes_on(old, challenge, "/"));
    BOOST_TEST(!goes_on(now, secret, "/"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(timings)

BOOST_AUTO_TEST_CASE(they_are_the_file) {
    const test::TemporaryDirectory folder;
    std::ofstream(folder.path() + "/timings") << "a=1\nb=2";
    const Response response = timings_of(folder.path() + "/timings");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == "a=1\nb=2");
    BOOST_TEST(response.headers.get("content-type") == "text/plain; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(of_a_long_file_they_are_whole_lines) {
    const test::TemporaryDirectory folder;
    std::string lines;
    while (lines.size() < 100'000)
        lines += "startup=0.125\n";
    std::ofstream(folder.path() + "/timings") << lines;
    const std::string body = timings_of(folder.path() + "/timings").body;
    BOOST_TEST(body.size() > 60'000u);
    BOOST_TEST(lines.starts_with(body));
    BOOST_TEST(body.ends_with("\n"));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_has_none) {
    const test::TemporaryDirectory folder;
    const std::string pipe = folder.path() + "/pipe";
    BOOST_TEST(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const std::string& path : {pipe, folder.path(), folder.path() + "/none"}) {
        const Response response = timings_of(path);  // a hang here is the failure
        BOOST_TEST(response.status == 200);
        BOOST_TEST(response.body.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
