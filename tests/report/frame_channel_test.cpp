#include "report/frame_channel.h"

#include <future>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace std::chrono_literals;
using Kind = FrameChannel::Kind;

namespace {

constexpr FrameBounds bounds = {.droppable = 64 * 1024, .all = 1 << 20};

// Both ends of a connection with little room.
struct Link {
    Link() {
        int fds[2];
        BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
        const int small = 1;  // the kernel has a least
        ::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        near.reset(fds[0]);
        far.reset(fds[1]);
    }

    // The next ones.
    std::vector<std::string> read(std::size_t count) {
        std::vector<std::string> frames;
        char block[4096];
        for (;;) {
            for (std::size_t end;
                 frames.size() < count && (end = rest_.find('\0')) != rest_.npos;) {
                frames.push_back(rest_.substr(0, end));
                rest_.erase(0, end + 1);
            }
            const std::size_t n = frames.size() < count ? os::read_some(far.get(), block) : 0;
            if (n == 0) return frames;
            rest_.append(block, n);
        }
    }

    os::Fd near, far;

  private:
    std::string rest_;
};

std::string told(std::uint64_t dropped) {
    return "dropped " + std::to_string(dropped) + '\0';
}

const FrameFate fate = {told, [](std::string_view) { return 0; }};

std::string framed(std::string text) {
    return text += '\0';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_channel)

BOOST_AUTO_TEST_CASE(sends_at_once_while_there_is_room) {
    Link link;
    FrameChannel channel(std::move(link.near), fate);
    BOOST_TEST(channel.send(framed("a"), Kind::needed));
    BOOST_TEST(channel.send(framed("b"), Kind::droppable));
    BOOST_TEST(link.read(2) == (std::vector<std::string>{"a", "b"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waits_is_never_sent_once_it_is_seized) {
    Link link;
    FrameChannel channel(std::move(link.near), fate, bounds);
    BOOST_TEST(channel.seize() == "");
    BOOST_TEST(channel.send(framed("first"), Kind::needed));
    const std::string large(200'000, 'x');
    BOOST_TEST(channel.send(framed(large), Kind::droppable));
    BOOST_TEST(channel.send(framed("next"), Kind::needed));
    BOOST_TEST((channel.seize() == framed(large) + framed("next")));
    BOOST_TEST(channel.seize() == "");
    BOOST_TEST(!channel.send(framed("last"), Kind::needed));
    BOOST_TEST(link.read(1) == std::vector<std::string>{"first"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(finishes_a_frame_of_which_a_part_fitted) {
    Link link;
    FrameChannel channel(std::move(link.near), fate, bounds);
    const std::string large(200'000, 'x');
    BOOST_TEST(channel.send(framed(large), Kind::droppable));
    BOOST_TEST(channel.send(framed("next"), Kind::needed));
    const auto frames = link.read(2);
    BOOST_TEST((frames.at(0) == large));
    BOOST_TEST(frames.at(1) == "next");
}

BOOST_AUTO_TEST_CASE(drops_what_may_be_dropped_when_nobody_reads_and_tells_it_later) {
    Link link;
    FrameChannel channel(std::move(link.near), fate, bounds);
    const std::string frame = framed(std::string(999, 'x'));
    for (int i = 0; i < 300; ++i) {
        BOOST_TEST(channel.send(frame, Kind::droppable));
        if (i % 100 == 0) channel.send(framed("needed"), Kind::needed);
    }
    std::size_t whole = 0, needed = 0;
    for (;;) {
        const std::string one = link.read(1).at(0);
        if (one.starts_with("dropped ")) {
            BOOST_TEST(one == "dropped " + std::to_string(300 - whole));
            break;
        }
        (one == "needed" ? needed : whole) += 1;
        if (one != "needed") BOOST_TEST_REQUIRE(one.size() == 999u);
    }
    BOOST_TEST(needed == 3u);
    BOOST_TEST(whole > 60u);
    BOOST_TEST(whole < 80u);
}

BOOST_AUTO_TEST_CASE(gives_up_a_peer_that_never_reads) {
    Link link;
    FrameChannel channel(std::move(link.near), fate, bounds);
    const std::string frame = framed(std::string(999, 'x'));
    int sent = 0;
    while (channel.send(frame, Kind::needed))
        BOOST_TEST_REQUIRE(++sent < 2000);
    BOOST_TEST(sent > 1000);
    BOOST_TEST(!channel.flush(0ms));
}

BOOST_AUTO_TEST_CASE(outlives_a_peer_that_dies) {
    Link link;
    FrameChannel channel(std::move(link.near), fate, bounds);
    const std::string large = framed(std::string(200'000, 'x'));
    channel.send(large, Kind::needed);
    link.far.reset();
    while (channel.send(framed("a"), Kind::needed))
        std::this_thread::yield();  // until the thread has noticed
    BOOST_TEST(!channel.send(framed("b"), Kind::needed));
}

BOOST_AUTO_TEST_CASE(waits_at_the_end_for_a_reader_but_not_long) {
    Link link;
    FrameChannel channel(std::move(link.near), fate, bounds);
    channel.send(framed(std::string(200'000, 'x')), Kind::needed);
    BOOST_TEST(!channel.flush(10ms));
    std::thread reader([&] { link.read(1); });
    BOOST_TEST(channel.flush(10s));
    reader.join();
}

BOOST_AUTO_TEST_CASE(hands_back_what_waited_for_a_peer_that_dies) {
    Link link;
    std::promise<std::string> lost;
    const FrameFate hears = {told, [&](std::string_view frames) {
                                 lost.set_value(std::string(frames));
                                 return 2;
                             }};
    FrameChannel channel(std::move(link.near), hears, bounds);
    BOOST_TEST(channel.send(framed("whole"), Kind::needed));
    const std::string large = framed(std::string(200'000, 'x'));
    BOOST_TEST(channel.send(large, Kind::droppable));
    BOOST_TEST(channel.send(framed("next"), Kind::needed));
    link.far.reset();
    BOOST_TEST((lost.get_future().get() == large + framed("next")));
    BOOST_TEST(!channel.send(framed("late"), Kind::needed));
    BOOST_TEST(!channel.end(0ms));
    BOOST_TEST(channel.take_dropped() == 2u);
}

BOOST_AUTO_TEST_CASE(hands_back_at_the_end_what_nobody_reads) {
    Link link;
    std::string lost;
    const FrameFate hears = {told, [&](std::string_view frames) {
                                 lost = frames;
                                 return 0;
                             }};
    FrameChannel channel(std::move(link.near), hears, bounds);
    std::string all;
    for (int i = 0; i < 500; ++i) {
        const std::string frame = framed(std::to_string(i) + std::string(100, 'x'));
        all += frame;
        channel.send(frame, Kind::needed);
    }
    std::string read;
    for (const std::string& frame : link.read(10))  // so that more goes out of the queue
        read += framed(frame);
    BOOST_TEST(!channel.end(0ms));
    BOOST_TEST(!channel.send(framed("late"), Kind::needed));
    for (const std::string& frame : link.read(500))
        read += framed(frame);
    BOOST_TEST((read + lost == all));
    BOOST_TEST(!lost.empty());
}

BOOST_AUTO_TEST_CASE(hands_back_nothing_at_the_end_of_what_is_sent) {
    Link link;
    bool is_lost = false;
    const FrameFate hears = {told, [&](std::string_view) {
                                 is_lost = true;
                                 return 0;
                             }};
    FrameChannel channel(std::move(link.near), hears, bounds);
    channel.send(framed("a"), Kind::needed);
    BOOST_TEST(channel.end(0ms));
    BOOST_TEST(channel.send(framed("b"), Kind::needed));
    BOOST_TEST(!is_lost);
}

BOOST_AUTO_TEST_CASE(keeps_frames_of_many_threads_whole) {
    Link link;
    FrameChannel channel(std::move(link.near), fate);
    std::vector<std::thread> threads;
    for (char c = 'a'; c < 'e'; ++c)
        threads.emplace_back([&, c] {
            for (std::size_t i = 0; i < 500; ++i)
                channel.send(framed(std::string(i, c)), Kind::needed);
        });
    for (const std::string& frame : link.read(2000))
        BOOST_TEST_REQUIRE(frame.find_first_not_of(frame.substr(0, 1)) == frame.npos);
    for (std::thread& thread : threads)
        thread.join();
}

BOOST_AUTO_TEST_SUITE_END()
