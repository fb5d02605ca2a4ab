// The host's calls, against our door.
#include "host/openedge_function.h"

#include <array>
#include <sys/socket.h>
#include <system_error>

#include <boost/test/unit_test.hpp>

#include "host/mqtt_bridge.h"
#include "host/reserved_port.h"
#include "openedge/settings.h"
#include "support/http2_client.h"
#include "support/served.h"
#include <turngate/doors/openedge.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::host;
using namespace std::chrono_literals;
using openedge::FunctionMessage;
using openedge::Generation;
using openedge::GrpcError;
using openedge::GrpcStatus;

namespace {

std::unique_ptr<ListeningDoor> door() {
    OpenEdgeOptions options;
    options.http.listen = {"127.0.0.1:0"};
    return openedge_door(std::move(options));
}

std::string message(std::string payload) {
    FunctionMessage out;
    out.payload = std::move(payload);
    return write_message(out, Generation::runtime);
}

std::string call(GrpcClient& client, std::string payload, std::chrono::milliseconds timeout = 60s) {
    const std::string reply =
        client.call(path_of(Generation::runtime), message(std::move(payload)), timeout);
    return read_message(reply, Generation::runtime).payload;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_host)

BOOST_AUTO_TEST_CASE(a_client_calls_again_and_again) {
    test::Served served([](Request& request) { return text(request.body.text(64u << 20)); },
                        door());
    GrpcClient client(served.connect());
    for (const std::size_t size : {1u, 0u, 3'000'000u, 5u}) {
        const std::string payload(size, 'x');
        BOOST_TEST(call(client, payload) == payload);
    }
}

BOOST_AUTO_TEST_CASE(a_status_is_thrown) {
    test::Served served([](Request&) -> Response { throw HttpError(404, "no \xc3\xa9"); }, door());
    GrpcClient client(served.connect());
    try {
        call(client, "x");
        BOOST_ERROR("answered");
    } catch (const GrpcError& e) {
        BOOST_TEST((e.status() == GrpcStatus::not_found));
        BOOST_TEST(e.what() == "no \xc3\xa9");
    }
}

BOOST_AUTO_TEST_CASE(a_call_that_takes_too_long_is_given_up) {
    test::Served served(
        [](Request& request) {
            while (!request.context.cancelled())
                std::this_thread::yield();
            return text("late");
        },
        door());
    GrpcClient client(served.connect());
    BOOST_CHECK_THROW(call(client, "x", 1ms), GrpcError);
}

// It gives windows as large as there are, and then takes nothing.
BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_is_given_up) {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const os::Fd server(ends[0]);
    GrpcClient client{os::Fd(ends[1])};
    const std::string most = test::http2::number(1u << 30);
    os::write_whole(server.get(),
                    test::http2::frame(test::http2::settings, 0, 0, std::string("\0\4", 2) + most) +
                        test::http2::frame(test::http2::window_update, 0, 0, most));
    try {
        call(client, std::string(16u << 20, 'x'), 50ms);
        BOOST_ERROR("answered");
    } catch (const GrpcError& e) {
        BOOST_TEST((e.status() == GrpcStatus::deadline_exceeded));
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_has_gone_is_unavailable) {
    test::Served served([](Request&) { return text("x"); }, door());
    GrpcClient client(served.connect());
    call(client, "x");
    served.stop();
    try {
        call(client, "x");
        BOOST_ERROR("answered");
    } catch (const GrpcError& e) {
        BOOST_TEST((e.status() == GrpcStatus::unavailable));
    }
}

BOOST_AUTO_TEST_CASE(a_reserved_port_is_for_who_names_it) {
    const ReservedPort first, second;
    BOOST_TEST(first.port() != second.port());
    const os::Address place{.host = "127.0.0.1", .port = first.port()};
    BOOST_CHECK_THROW(os::connect_to(place, 1s), std::system_error);

    const os::Fd listener = os::listen_on(place);

    BOOST_TEST(static_cast<bool>(os::connect_to(place, 60s)));
    BOOST_CHECK_THROW(ReservedPort{first.port()}, std::system_error);
}

// Whoever has the port is no broker of ours.
BOOST_AUTO_TEST_CASE(a_broker_of_others_is_not_spoken_to) {
    const os::Fd listener = os::listen_on({.host = "127.0.0.1"});
    const auto port = static_cast<std::uint16_t>(os::local_address(listener.get()).port);
    OpenEdgeFunction function({.command = {"./f"}, .environment = {}, .say = {}});
    OpenEdgeCalls calls(function, "f", [](const Line&) {});
    BOOST_CHECK_THROW(MqttBridge(calls, {"t", "t/hi"}, port, [](const Line&) {}),
                      std::system_error);
}

BOOST_AUTO_TEST_CASE(a_configuration_is_one) {
    OpenEdgeFunctionOptions options;
    options.command = {"./f"};
    options.timeout = 5s;
    const std::string json = OpenEdgeFunction::configuration(options, "127.0.0.1:1");

    const auto settings =
        openedge::read_settings(Json::parse(json), [](const std::string&) { return std::nullopt; });

    BOOST_TEST(settings.address == "127.0.0.1:1");
    BOOST_TEST((settings.timeout == 5s));
    BOOST_TEST(settings.functions[0].handler == "function.handler");
}

BOOST_AUTO_TEST_SUITE_END()
