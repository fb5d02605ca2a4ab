// The queue between an application and a slow client: order, bounds, and a disk that is full.
#include "../../handlers/src/handlers/reply_buffer.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <future>
#include <semaphore>
#include <string>
#include <sys/resource.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include <turngate/http/error.h>
#include <turngate/http/recorder.h>

using namespace turngate;
using namespace turngate::test;
using Next = ReplyBuffer::Next;

namespace {

constexpr std::size_t memory = 1'000;

// A buffer between two threads, and what comes out of it.
struct Queue {
    explicit Queue(std::uint64_t file) : Queue(file, own_room) {}
    Queue(std::uint64_t file, SpoolRoom& room)
        : buffer({memory, file, room, directory.path()}, [this](std::string_view why) {
              remark = why;
              remarked.release();
          }) {}

    // All that is there.
    void write() {
        while (buffer.write_next(response) == Next::written) {
        }
    }
    void write_up() {
        for (Next next{}; (next = buffer.write_next(response)) != Next::end;)
            if (next == Next::nothing) buffer.wait();
    }
    std::string written() {
        response.finish();
        return response.take().body;
    }

    SpoolRoom own_room{1'000'000};
    const TemporaryDirectory directory;
    std::string remark;
    std::binary_semaphore remarked{0};
    ReplyBuffer buffer;
    Recorder response{"GET"};
};

// Different all along, so that what is out of order is seen.
std::string text(std::size_t size) {
    std::string out;
    for (int i = 0; out.size() < size; ++i)
        out += std::to_string(i) + ' ';
    return out.substr(0, size);
}

void append_in_pieces(ReplyBuffer& buffer, const std::string& all, std::size_t step) {
    for (std::size_t at = 0; at < all.size(); at += step)
        buffer.append(std::string_view(all).substr(at, step));
}

// Files of this process grow no further: what a disk that is full says, at a size of our choice.
class FullDisk {
  public:
    explicit FullDisk(rlim_t size) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now = {size, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, SIG_DFL);
    }

  private:
    rlimit before_{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_buffer)

BOOST_AUTO_TEST_CASE(one_thread_alone_is_never_held_up) {
    Queue queue(0);
    const std::string all = text(10 * memory);
    append_in_pieces(queue.buffer, all, 100);
    queue.buffer.end({});
    queue.write_up();
    BOOST_TEST(queue.written() == all);
}

BOOST_AUTO_TEST_CASE(what_memory_has_no_room_for_goes_into_a_file_in_order) {
    Queue queue(1'000'000);
    queue.buffer.share(nullptr);
    const std::string all = text(50'000);
    std::size_t at = 0;
    const auto append = [&](std::size_t size) {  // in pieces of 100
        append_in_pieces(queue.buffer, all.substr(at, size), 100);
        at += size;
    };
    append(5'000);
    BOOST_TEST(queue.buffer.in_memory() == memory);
    BOOST_TEST((queue.buffer.write_next(queue.response) == Next::written));  // what is in memory
    append(2'000);
    BOOST_TEST(queue.buffer.in_memory() == 0u);  // the file is not to be overtaken
    queue.write();
    append(300);
    BOOST_TEST(queue.buffer.in_memory() == 300u);
    while (at < all.size())
        append(700);
    queue.buffer.end({});
    queue.write_up();
    BOOST_TEST(queue.buffer.written() == all.size());
    BOOST_TEST(queue.written() == all.substr(0, at));
    BOOST_TEST(queue.remark == "");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_read_is_used_again_from_its_beginning) {
    constexpr std::uint64_t file = 10'000;
    Queue queue(file);
    queue.buffer.share(nullptr);
    const std::string all = text(20 * file);
    for (std::size_t at = 0; at < all.size(); at += file) {
        append_in_pieces(queue.buffer, all.substr(at, file), 500);
        queue.write();
    }
    queue.buffer.end({});
    queue.write_up();
    BOOST_TEST(queue.written() == all);
}

BOOST_AUTO_TEST_CASE(who_appends_waits_where_there_is_no_room) {
    for (const std::uint64_t file : {0u, 5'000u}) {
        Queue queue(file);
        queue.buffer.share(nullptr);
        const std::string all = text(300'000);
        std::atomic<std::size_t> appended = 0;
        std::thread application([&] {
            for (std::size_t at = 0; at < all.size(); at += 100) {
                queue.buffer.append(std::string_view(all).substr(at, 100));
                appended += 100;
            }
            queue.buffer.end({});
        });
        std::size_t most = 0;
        for (Next next{}; (next = queue.buffer.write_next(queue.response)) != Next::end;) {
            if (const std::size_t now = appended; now > queue.buffer.written())
                most = std::max<std::size_t>(most, now - queue.buffer.written());
            if (next == Next::nothing) queue.buffer.wait();
        }
        application.join();
        BOOST_TEST(most <= memory + file);
        BOOST_TEST(queue.written() == all);
    }
}

BOOST_AUTO_TEST_CASE(all_files_together_have_so_much_room) {
    constexpr std::uint64_t all_files = 3'000;
    SpoolRoom room(all_files);
    const auto fill = [](Queue& queue, std::size_t size) {
        queue.buffer.share(nullptr);
        append_in_pieces(queue.buffer, text(size), 500);
    };
    {
        Queue first(1'000'000, room), second(1'000'000, room);
        fill(first, memory + 2'000);
        fill(second, memory + 1'000);
        std::atomic<bool> is_appended = false;
        std::thread application([&] {
            second.buffer.append("more");
            is_appended = true;
        });
        first.write();  // what was read is given back only where the file is used again, or gone
        BOOST_TEST(!is_appended);
        second.write();
        application.join();
        append_in_pieces(first.buffer, text(memory + 1'500), 500);
        first.buffer.end({});
        first.write_up();
        BOOST_TEST(first.written() == text(memory + 2'000) + text(memory + 1'500));
    }
    BOOST_TEST(room.take(all_files));
    BOOST_TEST(!room.take(1));
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_costs_a_remark_and_no_byte) {
    Queue queue(1'000'000);
    queue.buffer.share(nullptr);
    const std::string all = text(100'000);
    const FullDisk full(20'050);
    std::thread application([&] {
        append_in_pieces(queue.buffer, all, 100);
        queue.buffer.end({});
    });
    queue.remarked.acquire();
    queue.write_up();
    application.join();
    BOOST_TEST(queue.remark.find("cannot write to a file in " + queue.directory.path()) == 0u);
    BOOST_TEST(queue.written() == all);
}

BOOST_AUTO_TEST_CASE(and_so_does_a_directory_that_takes_no_file) {
    Queue queue(1'000'000);
    std::filesystem::remove(queue.directory.path());
    queue.buffer.share(nullptr);
    const std::string all = text(100'000);
    std::thread application([&] {
        append_in_pieces(queue.buffer, all, memory);
        queue.buffer.end({});
    });
    queue.remarked.acquire();
    queue.write_up();
    application.join();
    BOOST_TEST(queue.remark.find("cannot make a file in " + queue.directory.path()) == 0u);
    BOOST_TEST(queue.written() == all);
}

BOOST_AUTO_TEST_CASE(a_failure_comes_behind_what_was_there_before) {
    Queue queue(0);
    queue.buffer.append("before");
    queue.buffer.end(std::make_exception_ptr(ProtocolError("it broke")));
    BOOST_TEST((queue.buffer.write_next(queue.response) == Next::written));
    BOOST_CHECK_THROW(queue.buffer.write_next(queue.response), ProtocolError);
    BOOST_TEST(queue.written() == "before");
}

BOOST_AUTO_TEST_CASE(nobody_appends_for_nobody) {
    Queue queue(0);
    queue.buffer.share(nullptr);
    queue.buffer.append("first");
    auto application =
        std::async(std::launch::async, [&] { queue.buffer.append(std::string(memory, 'x')); });
    queue.buffer.abandon();
    BOOST_CHECK_THROW(application.get(), Cancelled);
}

BOOST_AUTO_TEST_CASE(unless_it_is_for_nobody_that_he_goes_on) {
    Queue queue(0);
    queue.buffer.share(nullptr);
    std::thread application([&] {
        append_in_pieces(queue.buffer, std::string(10 * memory, 'x'), 100);
        queue.buffer.end({});
    });
    while (queue.buffer.discard())
        queue.buffer.wait();
    application.join();
    BOOST_TEST(queue.written() == "");
}

BOOST_AUTO_TEST_SUITE_END()
