#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <netinet/in.h>
#include <semaphore>
#include <stop_token>
#include <string>
#include <support/recording_reporter.h>
#include <support/temporary_directory.h>
#include <support/thrown_by.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "spawned_program.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/serve.h>
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

using namespace turngate;
using namespace std::chrono_literals;
using test::error_of;
using test::has;
using test::ProgramLog;
using test::spawn_command;
using test::spawn_program;

namespace {

std::string get(const HandlerPtr& handler, const std::string& target) {
    return record(*handler, Request::get(target)).body;
}

// Why a program that never gets ready is given up, once it has had the time to do what `part` says.
std::string error_in_time(SpawnOptions options, std::string_view part) {
    std::string error;
    for (options.start_timeout = 100ms; options.start_timeout < 60s; options.start_timeout *= 2)
        if (error = error_of(options); has(error, part)) break;
    return error;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(spawned_upstream)

BOOST_AUTO_TEST_CASE(a_program_that_answers_is_ready) {
    const HandlerPtr handler = turngate::spawned_upstream(spawn_program());
    const Response response = record(*handler, Request::get("/a?b=c"));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body.starts_with("GET /a?b=c HTTP/1.1\r\n"), response.body);
}

BOOST_AUTO_TEST_CASE(a_program_has_our_environment_with_its_own_port_and_host) {
    std::string url;
    ::setenv("OF_THE_TEST", "yes", 1);
    ::setenv("PORT", "1", 1);
    SpawnOptions options = spawn_command("HOST_WAS=$HOST exec '" TURNGATE_HTTP_PROGRAM "'");
    const HandlerPtr handler = turngate::spawned_upstream(options);
    ::unsetenv("OF_THE_TEST");
    ::unsetenv("PORT");
    BOOST_TEST(get(handler, "/variable/OF_THE_TEST") == "yes");
    BOOST_TEST(get(handler, "/variable/HOST_WAS") == "127.0.0.1");
    BOOST_TEST(std::stoi(get(handler, "/variable/PORT")) > 1023);
}

BOOST_AUTO_TEST_CASE(who_finds_it_dead_before_we_do_waits_for_its_successor) {
    const os::Fd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));  // nobody listens there
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(::bind(taken.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                       0);
    const HandlerPtr nobody = upstream({.url = "http://" + os::local_address(taken.get()).text()});
    std::binary_semaphore refused{0};
    std::atomic<int> opened{0};
    SpawnOptions options = spawn_program();
    options.open = [&](std::string url) {
        const HandlerPtr program = upstream({.url = std::move(url)});
        if (++opened > 1) return program;
        return to_handler([&, program](Request& request, ResponseWriter& response) {
            if (request.url.path == "/pid") return program->serve(request, response);
            try {
                nobody->serve(request, response);
            } catch (const ProtocolError&) {
                refused.release();
                throw;
            }
        });
    };
    const HandlerPtr handler = turngate::spawned_upstream(options);
    const pid_t pid = std::stoi(get(handler, "/pid"));
    std::thread killer([&] {
        refused.acquire();
        ::kill(pid, SIGKILL);
    });
    BOOST_TEST(get(handler, "/again").starts_with("GET /again HTTP/1.1\r\n"));
    killer.join();
}

BOOST_AUTO_TEST_CASE(a_fixed_port_is_used) {
    SpawnOptions options = spawn_program();
    options.port = os::local_address(os::listen_on({.host = "127.0.0.1"}).get()).port;
    options.open = [](std::string url) {
        return to_handler([url](Request&) { return Response{.body = url}; });
    };
    BOOST_TEST(get(turngate::spawned_upstream(options), "/") ==
               "http://127.0.0.1:" + std::to_string(options.port));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_told) {
    const os::Fd listener = os::listen_on({.host = "127.0.0.1"});
    SpawnOptions options = spawn_program();
    options.port = os::local_address(listener.get()).port;
    BOOST_TEST(has(error_of(options), "Address already in use"), error_of(options));
    options.host = "no.address";
    BOOST_TEST(has(error_of(options), "is no address"), error_of(options));
}

BOOST_AUTO_TEST_CASE(a_program_that_is_unhealthy_at_first_is_waited_for) {
    ProgramLog log;
    SpawnOptions options = spawn_program("unhealthy 5", &log);
    options.notice_interval = 1ms;
    const HandlerPtr handler = turngate::spawned_upstream(options);
    BOOST_TEST(record(*handler, Request::get("/")).status == 200);
    BOOST_TEST(has(log.wait_for("to be ready since"), " ms: GET http://"));
}

BOOST_AUTO_TEST_CASE(which_statuses_are_healthy_can_be_said) {
    SpawnOptions options = spawn_program("unhealthy 1");
    options.readiness.healthy = {{503, 503}};
    options.readiness.path = "/up";
    BOOST_TEST(record(*turngate::spawned_upstream(options), Request::get("/")).status == 200);
    options.readiness.healthy = {{204, 204}, {300, 399}};
    constexpr std::string_view expected = "answered 200, which is not among 204,300-399";
    const std::string error = error_in_time(options, expected);
    BOOST_TEST(has(error, expected), error);
}

BOOST_AUTO_TEST_CASE(a_program_that_never_gets_ready_is_given_up) {
    SpawnOptions options = spawn_program("unhealthy 1000000");
    constexpr std::string_view expected = "answered 503, which is not among 100-499";
    const std::string error = error_in_time(options, expected);
    BOOST_TEST(has(error, "was not ready within "), error);
    BOOST_TEST(has(error, " ms: GET http://127.0.0.1:"), error);
    BOOST_TEST(has(error, expected), error);
}

BOOST_AUTO_TEST_CASE(a_program_that_takes_connections_is_ready_for_tcp_alone) {
    SpawnOptions options = spawn_program("silent");
    options.readiness.protocol = Readiness::Protocol::tcp;
    BOOST_TEST(error_of(options) == "started");
    options.readiness.protocol = Readiness::Protocol::http;
    const std::string error = error_in_time(options, "did not answer");
    BOOST_TEST(has(error, "did not answer"), error);
}

BOOST_AUTO_TEST_CASE(readiness_can_have_a_port_of_its_own) {
    const os::Fd listener = os::listen_on({.host = "127.0.0.1"});
    SpawnOptions options = spawn_command("exec sleep 1000");
    options.readiness.protocol = Readiness::Protocol::tcp;
    options.readiness.port = os::local_address(listener.get()).port;
    BOOST_TEST(error_of(options) == "started");
}

BOOST_AUTO_TEST_CASE(a_program_that_ends_at_once_tells_how) {
    BOOST_TEST(error_of(spawn_command("exit 3")) ==
               "the program \"exit 3\" exited with status 3 before it was ready");
    BOOST_TEST(has(error_of(spawn_command("kill -SEGV $$")), "was killed by SIGSEGV"));
    BOOST_TEST(has(error_of(spawn_command(" \t")), "is empty: expected http:spawn:COMMAND"));
}

BOOST_AUTO_TEST_CASE(a_slow_program_may_get_ready_after_its_first_request_came) {
    const test::TemporaryDirectory here;
    const std::string fifo = here / "fifo";
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    SpawnOptions options = spawn_program("late " + fifo);
    options.async_init = true;
    options.async_wait = 1ms;
    const HandlerPtr handler = turngate::spawned_upstream(options);
    auto reply = std::async(std::launch::async, [&] { return get(handler, "/first"); });
    const os::Fd go(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    BOOST_TEST(reply.get().starts_with("GET /first "));
}

BOOST_AUTO_TEST_CASE(what_a_program_prints_is_not_touched) {
    constexpr std::size_t size = 1 << 20;
    os::Pipe pipe = os::make_pipe();
    auto output = std::async(std::launch::async, [&] {
        std::string all(size + 100, '\0');
        all.resize(os::read_whole(pipe.read.get(), all));
        return all;
    });
    SpawnOptions options = spawn_program("line " + std::to_string(size));
    options.output = pipe.write.get();
    BOOST_TEST(error_of(options) == "started");
    pipe.write.reset();
    BOOST_TEST((output.get() == std::string(size, 'x') + '\n'));
}

BOOST_AUTO_TEST_CASE(output_and_error_of_a_program_may_go_to_two) {
    os::Pipe output = os::make_pipe(), error = os::make_pipe();
    SpawnOptions options =
        spawn_command("echo printed; echo complained >&2; exec '" TURNGATE_HTTP_PROGRAM "'");
    options.output = output.write.get();
    options.error = error.write.get();
    BOOST_TEST(error_of(options) == "started");
    for (auto& [pipe, text] : {std::pair(&output, "printed\n"), {&error, "complained\n"}}) {
        pipe->write.reset();
        std::string all(100, '\0');
        all.resize(os::read_whole(pipe->read.get(), all));
        BOOST_TEST(all == text);
    }
}

BOOST_AUTO_TEST_CASE(paths_and_fields_are_changed_as_asked) {
    SpawnOptions options = spawn_program();
    options.base_path = "/orders";
    options.authorization_source = "X-Token";
    options.removed_response_fields = {"x-powered-by"};
    options.compress = true;
    const HandlerPtr handler = turngate::spawned_upstream(options);
    const Response response =
        record(*handler, Request::make("GET", "/orders/orders", {},
                                       {{"Authorization", "AWS4"}, {"X-Token", "Bearer b"}}));
    BOOST_TEST(response.body.starts_with("GET /orders HTTP/1.1\r\n"), response.body);
    BOOST_TEST(has(response.body, "\r\nAuthorization: Bearer b\r\n"), response.body);
    BOOST_TEST(!has(response.body, "AWS4"));
    BOOST_TEST(!has(response.body, "X-Token"));
    BOOST_TEST(response.headers.get("Server") == "test");
    BOOST_TEST(!response.headers.contains("X-Powered-By"));
    BOOST_TEST(get(handler, "/ordersmore").starts_with("GET /ordersmore "));
    BOOST_TEST(get(handler, "/orders").starts_with("GET / "));
    const Response zipped =
        record(*handler, Request::make("GET", "/", {}, {{"Accept-Encoding", "gzip"}}));
    BOOST_TEST(zipped.headers.get("Content-Encoding") == "gzip");
}

BOOST_AUTO_TEST_SUITE_END()
