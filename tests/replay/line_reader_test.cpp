// Lines, however they arrive.
#include "replay/line_reader.h"

#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate::replay;
using Status = LineReader::Status;

namespace {

// A pipe that a thread fills.
class Pipe {
  public:
    explicit Pipe(std::string bytes) {
        BOOST_REQUIRE(::pipe(fds_) == 0);
        writer_ = std::thread([this, bytes = std::move(bytes)] {
            for (std::size_t i = 0; i < bytes.size();) {
                const ssize_t n = ::write(fds_[1], bytes.data() + i, bytes.size() - i);
                if (n <= 0) break;
                i += static_cast<std::size_t>(n);
            }
            ::close(fds_[1]);
        });
    }
    ~Pipe() {
        writer_.join();
        ::close(fds_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    int fd() const { return fds_[0]; }

  private:
    int fds_[2];
    std::thread writer_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(line_reader)

BOOST_AUTO_TEST_CASE(the_last_line_needs_no_newline_and_a_blank_one_counts) {
    Pipe pipe("one\n\nthree");
    LineReader reader(pipe.fd(), 100);
    std::string_view line;

    BOOST_TEST((reader.next(line) == Status::line && line == "one"));
    BOOST_TEST((reader.next(line) == Status::line && line.empty()));
    BOOST_TEST((reader.next(line) == Status::line && line == "three"));
    BOOST_TEST((reader.next(line) == Status::end));
}

BOOST_AUTO_TEST_CASE(lines_longer_than_a_block_stay_whole) {
    const std::string big(900'000, 'x');
    std::string text = big;
    text += "\ny\n";
    Pipe pipe(text);
    LineReader reader(pipe.fd(), 1'000'000);
    std::string_view line;

    BOOST_TEST((reader.next(line) == Status::line));
    BOOST_TEST(line.size() == big.size());
    BOOST_TEST((reader.next(line) == Status::line && line == "y"));
}

BOOST_AUTO_TEST_CASE(a_line_past_the_limit_is_passed_over) {
    std::string text(3'000'000, 'x');
    text += "\nnext\n";
    text.append(11, 'z');
    Pipe pipe(text);
    LineReader reader(pipe.fd(), 10);
    std::string_view line;

    BOOST_TEST((reader.next(line) == Status::too_long));
    BOOST_TEST((reader.next(line) == Status::line && line == "next"));
    BOOST_TEST((reader.next(line) == Status::too_long));
    BOOST_TEST((reader.next(line) == Status::end));
}

BOOST_AUTO_TEST_CASE(a_readable_descriptor_ends_the_wait) {
    int fds[2];
    BOOST_REQUIRE(::pipe(fds) == 0);
    const int wake = ::eventfd(1, 0);
    LineReader reader(fds[0], 10, wake);
    std::string_view line;

    BOOST_TEST((reader.next(line) == Status::end));
    for (int fd : {fds[0], fds[1], wake})
        ::close(fd);
}

BOOST_AUTO_TEST_CASE(a_directory_cannot_be_read) {
    std::string_view line;
    const int fd = ::open("/tmp", O_RDONLY);
    LineReader reader(fd, 10);
    BOOST_CHECK_THROW(reader.next(line), std::system_error);
    ::close(fd);
}

BOOST_AUTO_TEST_SUITE_END()
