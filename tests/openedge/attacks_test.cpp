// Clients that mean no good: the door outlives them, and others are served meanwhile.
#include <atomic>
#include <string>

#include <boost/test/unit_test.hpp>

#include "openedge/grpc.h"
#include "openedge/message.h"
#include "support/http2_client.h"
#include "support/served.h"
#include <turngate/doors/openedge.h>
#include <turngate/http/serve.h>

using namespace turngate;
using namespace turngate::test::http2;
using test::Served;

namespace {

const Fields call = request("POST", "/runtime.Runtime/Handle",
                            {{"content-type", "application/grpc"}, {"te", "trailers"}});

std::string message() {
    openedge::FunctionMessage out;
    out.payload = "hello";
    const std::string bytes = write_message(out, openedge::Generation::runtime);
    const auto prefix = openedge::grpc_prefix(static_cast<std::uint32_t>(bytes.size()));
    return std::string(prefix.data(), prefix.size()) + bytes;
}

std::unique_ptr<ListeningDoor> door(std::size_t threads) {
    OpenEdgeOptions options;
    options.http.listen = {"127.0.0.1:0"};
    options.http.max_threads = threads;
    return openedge_door(std::move(options));
}

struct Attacked {
    const std::size_t threads = 2;
    std::atomic<int> calls{0};
    Served served{[this](Request& request) {
                      ++calls;
                      return text(request.body.text());
                  },
                  door(threads)};

    // Another client is served.
    ~Attacked() {
        Client client(served.connect());
        client.send(ask(1, call, message()));
        BOOST_TEST(client.answer(1).body == message());
    }
};

std::string many(int count, const std::string& one) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += one;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openedge_attacks)

BOOST_AUTO_TEST_CASE(a_flood_of_calls_that_are_reset_is_stopped) {
    Attacked attacked;
    Client client(attacked.served.connect());
    std::string all;
    for (std::uint32_t stream = 1; stream < 2000; stream += 2)
        all += frame(headers, end_headers, stream, block(call)) +
               frame(rst_stream, 0, stream, number(8));
    client.try_to_send(all);

    BOOST_TEST(client.error_of_goaway().value_or(0) == enhance_your_calm);
    BOOST_TEST(attacked.calls == 0);  // there has been no message
}

BOOST_AUTO_TEST_CASE(floods_of_frames_that_say_nothing_are_stopped) {
    Attacked attacked;
    for (const std::string& flood : {frame(ping, 0, 0, "12345678"), frame(settings, 0, 0)}) {
        Client client(attacked.served.connect());
        for (int i = 0; i < 20 && client.try_to_send(many(1000, flood)); ++i) {
        }
        client.read_to_end();  // there is an end
        BOOST_TEST(!client.has_timed_out);
        BOOST_TEST(client.answers.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_streams_at_once_are_answered_or_refused) {
    Attacked attacked;
    Client client(attacked.served.connect());
    std::string heads, bodies;
    for (std::uint32_t stream = 1; stream < 2000; stream += 2) {
        heads += frame(headers, end_headers, stream, block(call));
        bodies += frame(data, end_stream, stream, message());
    }
    client.try_to_send(heads + bodies);
    client.read_to_end();
    int answered = 0;
    for (const auto& [stream, answer] : client.answers)
        if (answer.is_complete && !answer.reset) {
            BOOST_TEST(answer.body == message());
            ++answered;
        }

    // Who sends ten times the streams that are allowed does not read SETTINGS, and is sent away.
    BOOST_TEST(answered <= 100);
    BOOST_TEST(attacked.calls <= 100);
    BOOST_TEST(!client.goaways.empty());
    BOOST_TEST(!client.has_timed_out);
}

// More of them than there are threads.
BOOST_AUTO_TEST_CASE(calls_that_break_off_hold_no_thread) {
    Attacked attacked;
    for (const std::string& cut : {std::string(), message().substr(0, 3), message().substr(0, 8)}) {
        Client client(attacked.served.connect());
        client.send(frame(headers, end_headers, 1, block(call)) + frame(data, 0, 1, cut));
    }
}

BOOST_AUTO_TEST_CASE(calls_whose_message_never_comes_hold_a_thread_until_their_deadline) {
    Attacked attacked{.threads = 8};  // who has none to spare collects messages without one
    Fields impatient = call;
    impatient.emplace_back("grpc-timeout", "1m");
    for (const std::string& cut : {std::string(), message().substr(0, 3), message().substr(0, 8)}) {
        Client client(attacked.served.connect());
        client.send(frame(headers, end_headers, 1, block(impatient)) + frame(data, 0, 1, cut));
        BOOST_TEST(client.answer(1).is_complete, "after " << cut.size() << " bytes");
    }
    BOOST_TEST(attacked.calls == 0);
}

BOOST_AUTO_TEST_SUITE_END()
