// The session of a FastCGI connection without a door: when the epoll hears of the connection.
#include "net/fcgi_session.h"

#include <array>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "net/parking_lot.h"
#include <turngate/fcgi/write.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::net;

namespace {

class Nobody final : public Scheduler::Target {
  public:
    void on_event(std::uint64_t, std::uint32_t, bool) override {}
    void on_tick() override {}
    std::chrono::milliseconds tick_length() const override { return {}; }
};

// A session whose client is `client`, called by the test.
struct Place {
    Place() {
        std::array<int, 2> ends{};
        BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        client = os::Fd(ends[0]);
        door.handler = to_handler([](Request&) { return text("hello"); });
        auto made = std::make_unique<Connection>(os::Fd(ends[1]), scheduler.epoll(), 1ull << 32);
        connection = made.get();
        session = std::make_shared<FcgiSession>(door, options, notices, std::move(made));
    }

    void send(const std::string& bytes) {
        BOOST_TEST_REQUIRE(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                           static_cast<ssize_t>(bytes.size()));
    }
    std::string received() {
        std::array<char, 4096> block;
        const ssize_t n = ::recv(client.get(), block.data(), block.size(), 0);
        return {block.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    }
    bool has_event() {
        pollfd events = {scheduler.epoll(), POLLIN, 0};
        return ::poll(&events, 1, 0) > 0;
    }

    const FastcgiOptions options;
    Nobody nobody;
    Scheduler scheduler{nobody, 2};
    StackPool stacks;
    ParkingLot parking{scheduler, stacks};
    Surroundings door{.options = options.common,
                      .limits = {},
                      .scheduler = scheduler,
                      .stacks = stacks,
                      .parking = parking};
    FcgiNotices notices{nullptr};
    os::Fd client;
    Connection* connection = nullptr;
    std::shared_ptr<FcgiSession> session;
};

std::string request(bool is_kept) {
    std::string out;
    fcgi::append_begin_request(out, 1,
                               {.role = fcgi::Role::responder, .keeps_connection = is_kept});
    fcgi::ParamsWriter params(out, 1);
    params.add("REQUEST_METHOD", "GET");
    params.add("REQUEST_URI", "/");
    params.finish();
    fcgi::append_end_of_stream(out, fcgi::Type::standard_input, 1);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_session)

BOOST_AUTO_TEST_CASE(who_has_not_said_all_is_watched) {
    Place place;
    const std::string bytes = request(false);
    const std::size_t half = bytes.size() / 2;
    place.send(bytes.substr(0, half));
    const Step step = place.session->ready({});
    BOOST_TEST((step.kind == Step::Kind::wait));
    BOOST_TEST(!step.afterwards);
    BOOST_TEST_REQUIRE(place.connection->is_watched());
    BOOST_TEST(!place.has_event());
    place.send(bytes.substr(half));
    BOOST_TEST(place.has_event());
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_kept_is_watched) {
    Place place;
    place.send(request(true));
    Step step = place.session->ready({});
    BOOST_TEST_REQUIRE(bool(step.afterwards));
    BOOST_TEST(place.connection->is_watched());
    step.afterwards();
    BOOST_TEST(place.received().find("hello") != std::string::npos);
    BOOST_TEST((place.session->ready({}).kind == Step::Kind::wait));
}

BOOST_AUTO_TEST_CASE(one_that_ends_with_its_answer_need_not_be_watched) {
    Place place;
    place.send(request(false));
    Step step = place.session->ready({});
    BOOST_TEST_REQUIRE(bool(step.afterwards));
    BOOST_TEST(!place.connection->is_watched());
    BOOST_TEST(step.deadline <= now());  // looked at again soon
    step.afterwards();
    BOOST_TEST(place.received().find("hello") != std::string::npos);
    BOOST_TEST((place.session->ready({}).kind == Step::Kind::close));
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_long_hears_that_its_client_has_left) {
    Place place;
    std::stop_token stop;
    bool is_told = false;
    place.door.handler = to_handler([&](Request& its, ResponseWriter&) {
        stop = its.context.stop;
        BOOST_TEST((place.session->expired().kind == Step::Kind::wait));
        BOOST_TEST(place.connection->is_watched());
        BOOST_TEST(!place.has_event());
        place.client.reset();
        BOOST_TEST(place.has_event());
        BOOST_TEST((place.session->ready({.peer_ended = true}).kind == Step::Kind::close));
        is_told = stop.stop_requested();
    });
    place.send(request(false));
    Step step = place.session->ready({});
    BOOST_TEST_REQUIRE(bool(step.afterwards));
    step.afterwards();
    BOOST_TEST(is_told);
}

BOOST_AUTO_TEST_CASE(one_request_that_is_aborted_stops_none_that_follows) {
    Place place;
    std::string both = request(true);
    const fcgi::HeaderBytes abort = fcgi::record_header(fcgi::Type::abort_request, 1, 0);
    place.send(both);
    Step first = place.session->ready({});
    place.send({abort.data(), abort.size()});
    BOOST_TEST(!place.session->ready({}).afterwards);
    first.afterwards();  // nobody wants it any more
    place.received();
    for (int i = 0; i < 3; ++i) {
        place.send(both);
        Step step = place.session->ready({});
        BOOST_TEST_REQUIRE(bool(step.afterwards));
        step.afterwards();
        BOOST_TEST(place.received().find("hello") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
