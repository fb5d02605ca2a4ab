#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <support/temporary_directory.h>
#include <support/thrown_by.h>
#include <sys/stat.h>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "../../handlers/src/handlers/fcgi_exchange.h"
#include "pool_children.h"

using namespace turngate;
using namespace std::chrono_literals;
using test::ask;
using test::has;
using test::pid_of;
using test::pool;
using test::pool_of;
using test::ProgramLog;

namespace {

std::string error_of(FcgiSpawnOptions options) {
    try {
        turngate::spawned_fcgi(std::move(options));
    } catch (const Error& e) {
        return e.what();
    }
    return "started";
}

class Zeros final : public BodySource {
  public:
    explicit Zeros(std::size_t size) : left_(size) {}
    std::size_t read(std::span<char> into) override {
        const std::size_t size = std::min(into.size(), left_);
        std::fill_n(into.begin(), size, '0');
        left_ -= size;
        return size;
    }

  private:
    std::size_t left_;
};

// Asks the handler something else before it yields what it has.
class Asking final : public BodySource {
  public:
    Asking(const HandlerPtr& handler, pid_t& answer, std::size_t size)
        : handler_(handler), answer_(answer), zeros_(size) {}
    std::size_t read(std::span<char> into) override {
        if (!std::exchange(has_asked_, true)) answer_ = pid_of(handler_);
        return zeros_.read(into);
    }

  private:
    const HandlerPtr& handler_;
    pid_t& answer_;
    Zeros zeros_;
    bool has_asked_ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(spawned_fcgi)

BOOST_AUTO_TEST_CASE(a_child_takes_connections_from_its_input_and_has_nothing_else_of_ours) {
    const HandlerPtr handler = turngate::spawned_fcgi(pool());
    BOOST_TEST(ask(handler, "fds").body == "0 1 2 3 ");  // 3: the connection
}

BOOST_AUTO_TEST_CASE(a_child_has_our_environment) {
    ::setenv("OF_THE_TEST", "yes", 1);
    ::setenv("PORT", "1", 1);
    const HandlerPtr handler = turngate::spawned_fcgi(pool());
    ::unsetenv("OF_THE_TEST");
    ::unsetenv("PORT");
    BOOST_TEST(ask(handler, "variable OF_THE_TEST").body == "yes");
    BOOST_TEST(ask(handler, "variable PORT").body == "1");
}

BOOST_AUTO_TEST_CASE(what_a_child_prints_is_logged_with_its_number) {
    ProgramLog log;
    const HandlerPtr handler = turngate::spawned_fcgi(pool("", &log));
    const std::string prefix = "child " + std::to_string(pid_of(handler)) + ": ";
    ask(handler, "print hello");
    BOOST_TEST(log.wait_for("hello") == prefix + "hello");
}

BOOST_AUTO_TEST_CASE(its_socket_is_in_a_directory_of_ours_alone_which_goes_with_it) {
    std::filesystem::path socket;
    FcgiSpawnOptions options = pool();
    options.open = [&](const std::string& address) {
        socket = address.substr(5);
        return to_handler([](Request&) { return Response{}; });
    };
    HandlerPtr handler = turngate::spawned_fcgi(std::move(options));
    struct stat facts {};
    BOOST_TEST_REQUIRE(::stat(socket.parent_path().c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777) == 0700);
    BOOST_TEST(std::filesystem::is_socket(socket));
    handler.reset();
    BOOST_TEST(!std::filesystem::exists(socket.parent_path()));
}

BOOST_AUTO_TEST_CASE(an_idempotent_request_is_asked_again_once_if_not_a_byte_was_answered) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    const HandlerPtr handler = turngate::spawned_fcgi(pool("", &log));
    BOOST_TEST(ask(handler, "once " + here / "mark").body == "again");
    BOOST_TEST(ask(handler, "raise 9").status == 502);
    log.wait_for("was killed by SIGKILL", 2);
    BOOST_TEST(ask(handler, "half").status == 502);
    BOOST_TEST(pid_of(handler) > 0);
    BOOST_TEST(log.count("was killed by SIGKILL") == 3u);
}

BOOST_AUTO_TEST_CASE(a_bad_reply_of_a_child_that_lives_is_not_asked_for_again) {
    int count = 0;
    FcgiSpawnOptions options = pool();
    options.open = [&](const std::string&) {
        return to_handler([&](Request&) -> Response {
            ++count;
            throw ProtocolError("the reply is empty");
        });
    };
    BOOST_TEST(ask(turngate::spawned_fcgi(std::move(options)), "").status == 502);
    BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_repeated_is_not) {
    const test::TemporaryDirectory here;
    FcgiSpawnOptions options = pool();
    options.client.request_buffer = false;
    const HandlerPtr handler = turngate::spawned_fcgi(std::move(options));
    const std::string path = "/once%20" + here / "mark";
    BOOST_TEST(record(*handler, Request::post(path, "body")).status == 502);
    std::filesystem::remove(here / "mark");
    Request put = Request::make("PUT", path);
    put.body = Body(std::make_unique<Zeros>(100'000), 100'000);  // not all of it is kept
    BOOST_TEST(record(*handler, std::move(put)).status == 502);
    BOOST_TEST(record(*handler, Request::make("PUT", path, "body")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_that_was_read_before_is_sent_again_from_its_beginning) {
    std::vector<std::string> bodies;
    FcgiSpawnOptions options = pool();
    options.open = [&](const std::string&) {
        return to_handler([&](Request& request) -> Response {
            std::string body(100'000, '-');
            std::size_t size = 0;
            while (const std::size_t n = request.body.read(std::span(body).subspan(size)))
                size += n;
            bodies.push_back(body.substr(0, size));
            if (bodies.size() == 1) throw UnansweredRequest("it has died");
            return text("answered");
        });
    };
    const HandlerPtr handler = turngate::spawned_fcgi(std::move(options));
    Request put = Request::make("PUT", "/");
    put.body = Body(std::make_unique<Zeros>(99'999), 99'999);

    BOOST_TEST(record(*handler, std::move(put)).body == "answered");

    BOOST_TEST((bodies == std::vector<std::string>(2, std::string(99'999, '0'))));
}

BOOST_AUTO_TEST_CASE(a_child_is_replaced_only_if_it_is_its_answer_that_is_overdue) {
    FcgiSpawnOptions options = pool();
    options.open = [](const std::string& address) {
        return to_handler(
            [client = test::PlainClient(address)](Request& request, ResponseWriter& response) {
                if (request.url.path == "/late") throw HttpError(504, "not sent in time");
                if (request.url.path == "/gone") throw Cancelled("the client was slow");
                if (request.url.path == "/overdue") throw OverdueReply("it is silent");
                client.serve(request, response);
            });
    };
    const HandlerPtr handler = turngate::spawned_fcgi(std::move(options));
    const pid_t first = pid_of(handler);
    BOOST_TEST(ask(handler, "late").status == 504);
    BOOST_TEST(pid_of(handler) == first);
    Request gone = Request::get("/gone");
    gone.context.deadline = Context::Clock::now();
    Recorder recorder;
    BOOST_CHECK_THROW(handler->serve(gone, recorder), Cancelled);
    BOOST_TEST(pid_of(handler) == first);
    BOOST_TEST(ask(handler, "overdue").status == 504);
    BOOST_TEST(pid_of(handler) != first);
}

BOOST_AUTO_TEST_CASE(no_child_waits_for_a_client_whose_body_is_read_first) {
    FcgiSpawnOptions options = pool();
    options.start_timeout = 10s;  // of the question that finds no child
    options.open = [](const std::string& address) {
        return to_handler(
            [client = test::PlainClient(address)](Request& request, ResponseWriter& response) {
                request.body.text();
                client.serve(request, response);
            });
    };
    const HandlerPtr handler = turngate::spawned_fcgi(std::move(options));
    const pid_t child = pid_of(handler);
    for (const std::optional<std::uint64_t> length :
         {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(1),
          std::optional<std::uint64_t>(100'000)}) {
        pid_t answer = 0;
        Request request = Request::make("POST", "/pid");
        request.body = Body(std::make_unique<Asking>(handler, answer, length.value_or(1)), length);
        BOOST_TEST(std::atoi(record(*handler, std::move(request)).body.c_str()) == child);
        BOOST_TEST(answer == child);
    }
}

BOOST_AUTO_TEST_CASE(a_child_is_free_as_soon_as_its_reply_is_read) {
    HandlerPtr handler;
    pid_t meanwhile = 0;
    const FcgiReleased* released = nullptr;
    FcgiSpawnOptions options = pool();
    options.open = [&](const std::string& address) {
        return to_handler(
            [&, client = test::PlainClient(address)](Request& request, ResponseWriter& response) {
                if (request.url.path != "/slow") return client.serve(request, response);
                released = request.context.find<FcgiReleased>();
                released->tell();
                meanwhile = pid_of(handler);
                throw Cancelled("the client has gone");  // which is not the child's fault
            });
    };
    handler = turngate::spawned_fcgi(std::move(options));
    const pid_t child = pid_of(handler);
    Request slow = Request::get("/slow");
    Recorder recorder;
    BOOST_CHECK_THROW(handler->serve(slow, recorder), Cancelled);
    BOOST_TEST(slow.context.find<FcgiReleased>() == released);  // nothing is attached at the end
    released->tell();                                           // of a child that it has no more
    BOOST_TEST(meanwhile == child);
    BOOST_TEST(pid_of(handler) == child);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_none_tells_what_it_did) {
    BOOST_TEST(error_of(pool_of("exit 3")) ==
               "the program \"exit 3\" exited with status 3 before it took a connection on its "
               "descriptor 0");
    BOOST_TEST(has(error_of(pool_of("kill -SEGV $$")), "was killed by SIGSEGV"));
    FcgiSpawnOptions deaf = pool("deaf");
    deaf.start_timeout = 20ms;
    BOOST_TEST(has(error_of(deaf),
                   "did not take a connection on its descriptor 0 within 20 ms: "
                   "is it a FastCGI program?"));
    BOOST_TEST(has(error_of(pool_of(" \t")), "is empty: expected fcgi:spawn:COMMAND"));
}

BOOST_AUTO_TEST_SUITE_END()
