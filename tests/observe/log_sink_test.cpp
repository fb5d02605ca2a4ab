#include "observe/log_sink.h"

#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using namespace std::chrono_literals;

namespace {

std::string drained(const os::Fd& fd, std::size_t size) {
    std::string out(size, '\0');
    out.resize(os::read_whole(fd.get(), out));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_sink)

BOOST_AUTO_TEST_CASE(a_full_pipe_costs_one_wait_and_then_lines) {
    os::Pipe pipe = os::make_pipe();
    ::fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096);
    LogSink sink(pipe.write.get(), 100ms);
    const std::string line = std::string(1023, 'x') + '\n';

    for (int i = 0; i < 4; ++i)
        BOOST_TEST(sink.write(line));
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST(!sink.write(line));

    BOOST_TEST((std::chrono::steady_clock::now() - start < 50s));
    BOOST_TEST(sink.dropped() == 1000u);
    BOOST_TEST(sink.take_recovered() == 0u);
}

BOOST_AUTO_TEST_CASE(when_somebody_reads_again_lines_go_out_and_the_loss_is_told_once) {
    os::Pipe pipe = os::make_pipe();
    ::fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096);
    LogSink sink(pipe.write.get(), 1ms);
    const std::string line = std::string(2047, 'x') + '\n';
    for (int i = 0; i < 5; ++i)
        sink.write(line);

    drained(pipe.read, 4096);

    BOOST_TEST(sink.write("again\n"));
    BOOST_TEST(sink.take_recovered() == 3u);
    BOOST_TEST(sink.take_recovered() == 0u);
    BOOST_TEST(drained(pipe.read, 6) == "again\n");
}

BOOST_AUTO_TEST_CASE(a_line_of_which_a_part_fitted_is_completed_first) {
    os::Pipe pipe = os::make_pipe();
    ::fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096);
    LogSink sink(pipe.write.get(), 1ms);
    const std::string line = std::string(9999, 'y') + '\n';  // more than is written atomically

    BOOST_TEST(sink.write(line));
    std::string got = drained(pipe.read, 4096);
    while (!sink.write("next\n"))
        got += drained(pipe.read, 4096);
    got += drained(pipe.read, line.size() + 5 - got.size());

    BOOST_TEST((got == line + "next\n"));
}

BOOST_AUTO_TEST_CASE(the_flags_of_a_shared_descriptor_stay) {
    os::Pipe pipe = os::make_pipe();
    const int before = ::fcntl(pipe.write.get(), F_GETFL);
    LogSink sink(pipe.write.get());
    sink.write("x\n");
    BOOST_TEST(::fcntl(pipe.write.get(), F_GETFL) == before);
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_full_stalls_nobody) {
    int pair[2];
    BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    const os::Fd near(pair[0]), far(pair[1]);
    LogSink sink(near.get(), 1ms);
    const std::string line = std::string(4095, 'x') + '\n';
    for (int i = 0; i < 1000; ++i)
        sink.write(line);
    BOOST_TEST(sink.dropped() > 0u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_and_a_reader_that_has_gone_are_counted) {
    const os::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    LogSink disk(full.get(), 1ms);
    BOOST_TEST(!disk.write("x\n"));
    BOOST_TEST(disk.dropped() == 1u);

    os::Pipe pipe = os::make_pipe();
    LogSink sink(pipe.write.get(), 1ms);
    pipe.read.reset();
    BOOST_TEST(!sink.write("x\n"));
    BOOST_TEST(sink.dropped() == 1u);

    LogSink closed(-1, 1ms);
    BOOST_TEST(!closed.write("x\n"));
}

BOOST_AUTO_TEST_CASE(a_file_is_appended_to_where_it_stands) {
    const test::TemporaryDirectory directory;
    const os::Fd file(::open((directory / "log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    os::write_whole(file.get(), "before\n");
    LogSink sink(file.get());
    sink.write("after\n");
    BOOST_TEST(directory.read("log") == "before\nafter\n");
}

BOOST_AUTO_TEST_SUITE_END()
