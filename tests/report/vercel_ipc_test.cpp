#include "report/vercel_ipc.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/fake_ipc.h"
#include <turngate/handlers/vercel_system.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// Standard error, as far as the reporter is concerned.
class ErrorOutput {
  public:
    ErrorOutput() : fd_(::open(path_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {}

    int fd() const noexcept { return fd_.get(); }
    std::string text() const { return directory_.read("stderr"); }

  private:
    const TemporaryDirectory directory_;
    const std::string path_ = directory_ / "stderr";
    const os::Fd fd_;
};

// A platform whose queue of connections is full.
class BusyListener {
  public:
    BusyListener() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        const auto* const known = reinterpret_cast<const sockaddr*>(&address);
        BOOST_TEST_REQUIRE(::bind(listener_.get(), known, sizeof address) == 0);
        BOOST_TEST_REQUIRE(::listen(listener_.get(), 0) == 0);
        do {
            others_.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        } while (::connect(others_.back().get(), known, sizeof address) == 0);
        BOOST_TEST_REQUIRE(errno == EAGAIN);
        others_.pop_back();
    }

    const std::string& path() const noexcept { return path_; }
    os::Fd accepted() const { return os::Fd(::accept(listener_.get(), nullptr, nullptr)); }
    std::vector<os::Fd> accepted_for_others() const {
        std::vector<os::Fd> out;
        while (out.size() < others_.size())
            out.push_back(accepted());
        return out;
    }

  private:
    const TemporaryDirectory directory_;
    const std::string path_ = directory_ / "ipc.sock";
    const os::Fd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::vector<os::Fd> others_;
};

VercelIpcOptions options(const std::string& path, const ErrorOutput& error) {
    return {.path = path, .form = {.json = false}, .error_output = error.fd()};
}

const Outcome good = {200, 0, {}, true};

std::string type(const std::string& frame) {
    return frame.substr(9, frame.find('"', 9) - 9);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vercel_ipc)

BOOST_AUTO_TEST_CASE(holds_logs_back_until_the_server_has_started) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.printed(Context(), Stream::out, "init print\n");
    ipc.logged(Context(), Level::warn, "init logging");
    ipc.server_started(3000);
    ipc.logged(Context(), Level::info, "live");

    const Json started = Json::parse(platform.next());
    BOOST_TEST(started["type"].string_or("") == "server-started");
    BOOST_TEST(started["payload"]["httpPort"].integer_or(0) == 3000);
    BOOST_TEST(started["payload"]["initDuration"].integer_or(-1) >= 0);
    for (const char* text : {"init print\n", "init logging", "live"})
        BOOST_TEST(FakeIpc::message(platform.next()) == text);
    BOOST_TEST(error.text() == "");
}

BOOST_AUTO_TEST_CASE(prints_what_is_too_much_to_hold_back) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    for (char c = 'a'; c < 'm'; ++c)
        ipc.printed(Context(), Stream::out, std::string(100'000, c));
    ipc.printed(Context(), Stream::out, "small\n");
    ipc.server_started(3000);

    BOOST_TEST(type(platform.next()) == "server-started");
    for (char c = 'a'; c < 'h'; ++c)  // as many as of the runtime for Python
        BOOST_TEST((FakeIpc::message(platform.next()) == std::string(100'000, c)));
    BOOST_TEST(FakeIpc::message(platform.next()) == "small\n");
    const std::string printed = error.text();
    BOOST_TEST(printed.size() == 500'005u);
    BOOST_TEST(printed.starts_with("hhh"));
}

BOOST_AUTO_TEST_CASE(prints_what_is_held_back_when_it_never_starts) {
    FakeIpc platform;
    const ErrorOutput error;
    {
        VercelIpc ipc(options(platform.path(), error));
        ipc.printed(Context(), Stream::out, "bye");
        ipc.printed(Context(), Stream::err, "then\n");
        ipc.unrecoverable_error(7, "no server");
    }
    BOOST_TEST(platform.next() ==
               R"({"type":"unrecoverable-error","payload":{"exitCode":7,"message":"no server"}})");
    BOOST_TEST(platform.next() == "");
    BOOST_TEST(error.text() == "bye\nthen\n");
}

BOOST_AUTO_TEST_CASE(goes_to_standard_error_without_a_listener) {
    const ErrorOutput error;
    VercelIpc ipc(options("/nowhere/ipc.sock", error));
    Context context;
    context.put(vercel::Invocation{"inv", 1});
    ipc.server_started(1);
    ipc.began(context);
    ipc.logged(context, Level::info, "to somebody");
    ipc.ended(context, good);
    const std::string printed = error.text();
    BOOST_TEST(printed.find("cannot connect to VERCEL_IPC_PATH=/nowhere/ipc.sock: No such file") !=
               printed.npos);
    BOOST_TEST(printed.find("to somebody") != printed.npos);
}

BOOST_AUTO_TEST_CASE(waits_for_a_listener_that_is_busy) {
    const BusyListener platform;
    const ErrorOutput error;
    VercelIpcOptions patient = options(platform.path(), error);
    patient.connect_patience = 1h;
    VercelIpc ipc(patient);
    ipc.server_started(1);
    ipc.logged(Context(), Level::info, "early");
    BOOST_TEST(!platform.accepted_for_others().empty());
    const os::Fd connection = platform.accepted();
    ipc.flush(10s);
    std::array<char, 4096> frames;
    const std::size_t size = os::read_some(connection.get(), frames);
    const std::string_view told(frames.data(), size);
    BOOST_TEST(told.starts_with(R"({"type":"server-started")"));
    BOOST_TEST(told.find(R"({"type":"log")") != told.npos);
    BOOST_TEST(error.text() == "");
}

BOOST_AUTO_TEST_CASE(gives_up_a_listener_that_stays_busy) {
    const BusyListener platform;
    const ErrorOutput error;
    VercelIpcOptions impatient = options(platform.path(), error);
    impatient.connect_patience = 0ms;
    VercelIpc ipc(impatient);
    ipc.logged(Context(), Level::info, "early");
    ipc.server_started(1);
    ipc.flush(10s);
    ipc.logged(Context(), Level::info, "late");
    const std::string printed = error.text();
    BOOST_TEST(printed.find("cannot connect to VERCEL_IPC_PATH=") != printed.npos);
    BOOST_TEST(printed.find("early\n") != printed.npos);
    BOOST_TEST(printed.find("late") != printed.npos);
}

BOOST_AUTO_TEST_CASE(goes_to_standard_error_when_the_listener_has_gone) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.server_started(1);
    platform.connection();
    platform.die();
    ipc.logged(Context(), Level::info, "first");
    ipc.logged(Context(), Level::info, "second");
    const std::string printed = error.text();
    BOOST_TEST(printed.find("nobody reads VERCEL_IPC_PATH any more") != printed.npos);
    BOOST_TEST(printed.find("second") != printed.npos);
}

BOOST_AUTO_TEST_CASE(tells_how_much_a_listener_that_stalls_has_missed) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpcOptions small = options(platform.path(), error);
    small.bounds = {.droppable = 300'000, .all = 1 << 20};
    VercelIpc ipc(small);
    ipc.server_started(1);
    const std::string text(30'000, 'x');
    for (int i = 0; i < 100; ++i)
        ipc.logged(Context(), Level::info, text);
    int whole = 0;
    std::string last;
    for (platform.next(); (last = platform.next()).size() > 1000;)
        ++whole;
    const std::string message =
        std::to_string(100 - whole) + " log and metric frames were dropped: nobody read them";
    BOOST_TEST(FakeIpc::message(last) == message);
    BOOST_TEST(last.ends_with(R"("level":"warn"}})"));
    BOOST_TEST(error.text().find(message) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(prints_at_the_end_what_nobody_has_read) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.server_started(1);
    Context context;
    context.put(vercel::Invocation{"inv", 1});
    const auto text = [](int i) { return std::to_string(i) + ' ' + std::string(600, 'x'); };
    for (int i = 0; i < 800; ++i)
        ipc.logged(context, Level::info, text(i));
    ipc.fetched(context, FetchMetric());
    ipc.ended(context, good);
    ipc.flush(0ms);

    BOOST_TEST(type(platform.next()) == "server-started");
    int told = 0;
    for (std::string frame; type(frame = platform.next() + std::string(9, ' ')) == "log"; ++told)
        BOOST_TEST(FakeIpc::message(frame) == text(told));
    BOOST_TEST_REQUIRE(told < 800);
    const std::string printed = error.text();
    std::string expected;
    for (int i = told; i < 800; ++i)
        expected += text(i) + '\n';
    BOOST_TEST(printed.find("nobody reads VERCEL_IPC_PATH any more") < printed.find(text(told)));
    BOOST_TEST((printed.find(expected) != printed.npos));
    BOOST_TEST(printed.find("1 log and metric frames were dropped") != printed.npos);
    BOOST_TEST(printed.find(R"("type")") == printed.npos);
}

BOOST_AUTO_TEST_CASE(prints_what_waited_for_a_listener_that_has_gone) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.server_started(1);
    platform.connection();
    ipc.logged(Context(), Level::info, std::string(900'000, 'x'));
    ipc.logged(Context(), Level::info, "waits");
    platform.die();
    ipc.flush(0ms);
    const std::string printed = error.text();
    BOOST_TEST((printed.find(std::string(900'000, 'x') + "\nwaits\n") != printed.npos));
    BOOST_TEST(printed.find("dropped") == printed.npos);
}

BOOST_AUTO_TEST_CASE(prints_what_is_held_back_for_a_listener_that_has_gone) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.printed(Context(), Stream::out, "early\n");
    platform.connection();
    platform.die();
    ipc.server_started(1);
    BOOST_TEST(error.text().ends_with("early\n"));
}

BOOST_AUTO_TEST_CASE(prints_what_no_queue_has_room_for_and_goes_on) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpcOptions small = options(platform.path(), error);
    small.bounds = {.droppable = 300'000, .all = 1 << 20};
    VercelIpc ipc(small);
    ipc.server_started(1);
    platform.next();
    const std::string text(2 << 20, 'x');
    ipc.logged(Context(), Level::info, text);
    ipc.logged(Context(), Level::info, "next");
    BOOST_TEST(FakeIpc::message(platform.next()) == "next");
    BOOST_TEST((error.text() == text + '\n'));
}

BOOST_AUTO_TEST_CASE(tells_what_is_printed_under_the_level_that_it_names) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.server_started(1);
    platform.next();
    for (const char* line :
         {R"({"level":"error","message":"no"})", "[debug] less than is logged"}) {
        ipc.printed(Context(), Stream::out, line);
        const std::string frame = platform.next();
        BOOST_TEST(FakeIpc::message(frame) == line);
        BOOST_TEST(
            frame.ends_with(line[0] == '{' ? R"("level":"error"}})" : R"("level":"debug"}})"));
    }
    ipc.printed(Context(), Stream::err, "an error");
    BOOST_TEST(platform.next().ends_with(R"("stream":"stderr"}})"));
}

BOOST_AUTO_TEST_CASE(tells_what_programs_complain_of_as_what_is_printed) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.server_started(1);
    platform.next();
    BOOST_TEST(ErrorLines::told(&ipc, Context(), "[INFO] fine"));
    BOOST_TEST(platform.next().ends_with(R"("level":"info"}})"));
    BOOST_TEST(ErrorLines::told(&ipc, Context(), "plain"));
    BOOST_TEST(platform.next().ends_with(R"("stream":"stderr"}})"));
    BOOST_TEST(error.text() == "");
    VercelIpc alone(options("", error));
    BOOST_TEST(!ErrorLines::told(&alone, Context(), "plain"));
}

BOOST_AUTO_TEST_CASE(tells_beginning_and_end_of_what_the_platform_knows) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpc ipc(options(platform.path(), error));
    ipc.server_started(1);
    Context known, unknown;
    known.put(vercel::Invocation{"inv", 1});
    for (const Context* context : {&known, &unknown}) {
        ipc.began(*context);
        ipc.logged(*context, Level::debug, "too little");
        ipc.logged(*context, Level::error, "e");
        ipc.fetched(*context, FetchMetric());
        ipc.ended(*context, good);
    }
    ipc.flush(0ms);
    std::string types;
    platform.next();
    for (int i = 0; i < 5; ++i)
        types += type(platform.next()) + ' ';
    BOOST_TEST(types == "handler-started log metric end log ");
    BOOST_TEST(ipc.unended() == 0);
}

BOOST_AUTO_TEST_CASE(is_silent_about_outgoing_calls_if_told_so) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpcOptions quiet = options(platform.path(), error);
    quiet.fetch_metrics = false;
    VercelIpc ipc(quiet);
    ipc.server_started(1);
    Context context;
    context.put(vercel::Invocation{"inv", 1});
    ipc.fetched(context, FetchMetric());
    ipc.ended(context, good);
    platform.next();
    BOOST_TEST(type(platform.next()) == "end");
}

BOOST_AUTO_TEST_CASE(is_silent_about_beginnings_if_told_so) {
    FakeIpc platform;
    const ErrorOutput error;
    VercelIpcOptions quiet = options(platform.path(), error);
    quiet.handler_started = false;
    VercelIpc ipc(quiet);
    ipc.server_started(1);
    Context context;
    context.put(vercel::Invocation{"inv", 1});
    ipc.began(context);
    ipc.ended(context, good);
    platform.next();
    BOOST_TEST(type(platform.next()) == "end");
}

BOOST_AUTO_TEST_SUITE_END()
