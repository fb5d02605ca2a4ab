// The buffered streams.
#include "cli/output.h"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <turngate/os/fd.h>

using namespace turngate;
using namespace turngate::cli;

BOOST_AUTO_TEST_SUITE(output)

BOOST_AUTO_TEST_CASE(bytes_wait_for_a_flush_unless_it_is_a_terminal) {
    os::Pipe pipe = os::make_pipe();
    os::set_nonblocking(pipe.read.get());
    char block[16];
    Output out(pipe.write.get(), "standard output", {});
    out.write("one");
    BOOST_TEST(::read(pipe.read.get(), block, sizeof block) == -1);
    out.flush();
    BOOST_TEST(::read(pipe.read.get(), block, sizeof block) == 3);

    Terminal terminal;
    terminal.is_terminal = true;
    Output direct(pipe.write.get(), "standard output", terminal);
    direct.write("four");
    BOOST_TEST(::read(pipe.read.get(), block, sizeof block) == 4);
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_is_no_error_of_ours) {
    std::signal(SIGPIPE, SIG_IGN);
    os::Pipe pipe = os::make_pipe();
    pipe.read.reset();
    Output out(pipe.write.get(), "standard output", {});
    out.write("one");
    BOOST_CHECK_THROW(out.flush(), ClosedPipe);
    BOOST_CHECK_NO_THROW(out.flush());  // the bytes are gone
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told) {
    os::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    Output out(full.get(), "standard output", {});
    out.write("one");
    BOOST_CHECK_EXCEPTION(out.flush(), OutputFailure, [](const OutputFailure& e) {
        return std::string(e.what()) == "cannot write standard output: No space left on device";
    });
}

BOOST_AUTO_TEST_SUITE_END()
